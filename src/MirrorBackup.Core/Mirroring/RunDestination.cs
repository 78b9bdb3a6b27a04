using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>A destination of a run: its repository, or why it could not be opened.</summary>
internal sealed record RunDestination(MirrorDestination Definition, BackupRepository? Repository, Exception? OpenError);
