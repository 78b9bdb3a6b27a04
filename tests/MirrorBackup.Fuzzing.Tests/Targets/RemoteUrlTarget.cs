using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>The URL of a remote, with what a remote would ask of it.</summary>
internal sealed class RemoteUrlTarget : TextTarget
{
    public override string Name => "remote-url";

    public override int Iterations => 10_000;

    public override IReadOnlyList<string> Names => ["remote"];

    protected override string[] Corpus =>
    [
        "file:///var/backups", "file://relative?readOnly=true&create=false", "/mnt/nfs", "file:///a%20b?name=%22cold%22&useVhdDirectory=true&encryptionKey=%220123456789abcdef0123456789ABCDEF%22",
        "s3://key:s%3Acr%40t@s3.example.com/bucket/folder?allowUnauthorized=true&useVhdDirectory#eu-west-3", "smb://DOMAIN\\user:p@ss/w?rd@host\\share\\folder", "nfs://10.0.0.1:/export/path",
        "azurite://account:key==@127.0.0.1:10000/container?encryptionKey=env:NAME", "file:///x?encryptionKeyFile=/run/key", "sftp://user@host:22/folder",
    ];

    protected override string[] Pieces =>
        ["://", "?", "&", "=", "#", "@", ":", "/", "%", "%00", "%2", "%ff", "%C3%28", "%ED%A0%80", "+", "\"", "%22", "%22%5Cud800%22", "true", "null", "[[", "{\"a\":", "1e999", "xo-vm-backups", "\0", "\\", "..", "encryptionKey=", "env:"];

    protected override void Read(string text)
    {
        var location = RemoteLocation.Parse(text);
        _ = $"{location} {location.UseVhdDirectory} {location.EncryptionKey} {location.EncryptionKeyVariable} {location.EncryptionKeyFile} {location.GetText("name")} {location.GetSwitch("readOnly")}";
    }
}
