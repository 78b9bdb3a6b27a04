using System.Collections.Immutable;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>All that the decision about one VM rests on, as it was at one moment. Paths are relative to the folder of the VM.</summary>
internal sealed record VmSnapshot
{
    /// <summary>Metadata, chains, merges and stray files.</summary>
    public required VmCatalogue Catalogue { get; init; }

    /// <summary>The instant by which ages are told.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What the storage says of files, and of directories that no alias leads to: when the youngest part changed, and how many bytes.</summary>
    public ImmutableDictionary<string, StoredItem> Items { get; init; } = [];

    /// <summary>Disks and archives that do not open because of their own content, for certain: a defect of their format.</summary>
    public ImmutableHashSet<string> ProvenBroken { get; init; } = [];

    /// <summary>Aliases that name nothing that an alias may name.</summary>
    public ImmutableHashSet<string> DeadAliases { get; init; } = [];

    /// <summary>Listed aliases that are missing or lead nowhere, each with the one directory that is the whole disk that it was for.</summary>
    public ImmutableSortedDictionary<string, string> LostDirectories { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Copies of a revision that hold a block that the revision does not.</summary>
    public ImmutableHashSet<string> RicherCopies { get; init; } = [];

    /// <summary>What is wrong with the cache; <see langword="null"/> if nothing is, or there is none.</summary>
    public string? CacheDefect { get; init; }

    /// <summary>The records of transfers that have not ended.</summary>
    public ImmutableArray<StagedLeftover> Transfers { get; init; } = [];
}
