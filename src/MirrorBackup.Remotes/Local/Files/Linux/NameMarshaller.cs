using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace MirrorBackup.Remotes.Local;

/// <summary>Hands a part of a path to a system call, as UTF-8 that ends in a zero, without a string of that part.</summary>
[CustomMarshaller(typeof(ReadOnlySpan<char>), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
internal static unsafe class NameMarshaller
{
    /// <summary>One argument of one call.</summary>
    public ref struct In
    {
        private byte* _allocated;
        private byte* _name;

        /// <summary>Bytes on the stack: enough for nearly every path.</summary>
        public static int BufferSize => 512;

        public void FromManaged(ReadOnlySpan<char> name, Span<byte> stack)
        {
            var longest = Encoding.UTF8.GetMaxByteCount(name.Length) + 1;
            if (longest > stack.Length)
            {
                _allocated = (byte*)NativeMemory.Alloc((nuint)longest);
                stack = new Span<byte>(_allocated, longest);
            }

            stack[Encoding.UTF8.GetBytes(name, stack)] = 0;
            _name = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(stack));
        }

        public readonly byte* ToUnmanaged() => _name;

        public readonly void Free() => NativeMemory.Free(_allocated);
    }
}
