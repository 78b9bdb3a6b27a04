using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Which way a revision takes, by what both sides are.</summary>
internal sealed class TransferWays
{
    private readonly StorageForm _form;
    private readonly bool _isSameEncryption;
    private readonly bool _isClear;

    /// <summary>Describes the two sides.</summary>
    /// <param name="form">What is written.</param>
    /// <param name="sourceEncryption">The fingerprint of the source's algorithm and key; <see langword="null"/> if it is clear.</param>
    /// <param name="targetEncryption">Likewise that of the destination.</param>
    internal TransferWays(StorageForm form, string? sourceEncryption, string? targetEncryption)
    {
        _form = form;
        _isSameEncryption = sourceEncryption == targetEncryption;
        _isClear = sourceEncryption is null && targetEncryption is null;
    }

    /// <summary>The way of one revision, or of several that become one: then that of the one that takes most.</summary>
    internal TransferWay Of(IEnumerable<DiskRevision> sources)
    {
        // A VHD file is one encrypted message, and a few of its bytes change: all of it is encrypted anew.
        var isSame = _form.Kind == StorageKind.VhdFile ? _isClear : _isSameEncryption;
        var way = isSame ? TransferWay.PassThrough : TransferWay.ReEncrypt;
        foreach (var source in sources)
        {
            if (source.Form.Kind != _form.Kind)
            {
                return TransferWay.Convert;
            }

            way = source.Form.Codec == _form.Codec ? way : TransferWay.Recode;
        }

        return way;
    }

    /// <summary>The way in words.</summary>
    internal static string Words(TransferWay way) => way switch
    {
        TransferWay.PassThrough => "as stored",
        TransferWay.ReEncrypt => "re-encrypted",
        TransferWay.Recode => "recoded",
        TransferWay.Convert => "converted",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
