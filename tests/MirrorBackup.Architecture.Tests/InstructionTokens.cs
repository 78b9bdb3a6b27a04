using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MirrorBackup.Architecture.Tests;

/// <summary>The types, methods and fields that the instructions of a method name.</summary>
internal static class InstructionTokens
{
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value + 0, code => code.OperandType);

    /// <summary>Reads them.</summary>
    public static List<EntityHandle> Read(BlobReader instructions)
    {
        var tokens = new List<EntityHandle>();
        while (instructions.RemainingBytes > 0)
        {
            int code = instructions.ReadByte();
            code = code == 0xFE ? 0xFE00 | instructions.ReadByte() : code;
            switch (Operands[code])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    tokens.Add(MetadataTokens.EntityHandle(instructions.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = instructions.ReadInt32(); // Read first: a compound assignment would add to the offset before it.
                    instructions.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    instructions.Offset += 8;
                    break;
                case OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineSig or OperandType.InlineString or OperandType.ShortInlineR:
                    instructions.Offset += 4;
                    break;
                case OperandType.InlineVar:
                    instructions.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    instructions.Offset += 1;
                    break;
            }
        }

        return tokens;
    }
}
