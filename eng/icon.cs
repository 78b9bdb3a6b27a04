// Draws eng/icon.png, the icon of the packages: a chain of disk revisions and its mirror image.
// Run it after a change of the drawing: dotnet run eng/icon.cs
#:package System.IO.Hashing
#:property PublishAot=false

using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

const int Size = 128;
const int Samples = 4; // per side of a pixel: the edges are smooth

(int Left, int Top, int Right, int Bottom)[] blocks = [(20, 26, 54, 54), (28, 60, 54, 78), (28, 84, 54, 102)];

var rows = new byte[Size * (1 + Size * 4)];
for (var y = 0; y < Size; y++)
{
    for (var x = 0; x < Size; x++)
    {
        Pixel(x, y).CopyTo(rows, y * (1 + Size * 4) + 1 + x * 4);
    }
}

using var file = File.Create(Path.Combine(AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "eng", "icon.png"));
file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
byte[] header = [0, 0, 0, Size, 0, 0, 0, Size, 8, 6, 0, 0, 0];
Chunk("IHDR"u8, header);
using (var compressed = new MemoryStream())
{
    using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
    {
        zlib.Write(rows);
    }

    Chunk("IDAT"u8, compressed.ToArray());
}

Chunk("IEND"u8, []);

void Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
{
    Span<byte> number = stackalloc byte[4];
    BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
    file.Write(number);
    byte[] body = [.. type, .. data];
    file.Write(body);
    BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
    file.Write(number);
}

byte[] Pixel(int x, int y)
{
    double red = 0, green = 0, blue = 0, alpha = 0;
    for (var sample = 0; sample < Samples * Samples; sample++)
    {
        var (r, g, b, a) = Color(x + (sample % Samples + 0.5) / Samples, y + (sample / Samples + 0.5) / Samples);
        (red, green, blue, alpha) = (red + r * a, green + g * a, blue + b * a, alpha + a);
    }

    return alpha == 0 ? [0, 0, 0, 0] : [(byte)(red / alpha), (byte)(green / alpha), (byte)(blue / alpha), (byte)(255 * alpha / (Samples * Samples))];
}

(double Red, double Green, double Blue, double Alpha) Color(double x, double y)
{
    if (!InRounded(x, y, 0, 0, Size, Size, 24))
    {
        return default;
    }

    if (Math.Abs(x - 64) < 1.5 && y is > 18 and < 110)
    {
        return (255, 255, 255, 1);
    }

    var mirrored = x > 64;
    var side = mirrored ? Size - x : x;
    foreach (var (left, top, right, bottom) in blocks)
    {
        if (InRounded(side, y, left, top, right, bottom, 5))
        {
            return mirrored ? (94, 190, 214, 1) : (240, 246, 250, 1);
        }
    }

    return (18, 52 + y / 6, 86 + y / 4, 1);
}

static bool InRounded(double x, double y, double left, double top, double right, double bottom, double radius)
{
    if (x < left || x > right || y < top || y > bottom)
    {
        return false;
    }

    var dx = Math.Max(Math.Max(left + radius - x, x - (right - radius)), 0);
    var dy = Math.Max(Math.Max(top + radius - y, y - (bottom - radius)), 0);
    return dx * dx + dy * dy <= radius * radius;
}
