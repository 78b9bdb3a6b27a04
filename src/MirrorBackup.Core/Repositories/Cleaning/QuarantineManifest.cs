using System.Collections.Immutable;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>
/// What was moved aside of one VM, and from where: whoever moves each <see cref="QuarantinedItem.Quarantined"/> to its <see cref="QuarantinedItem.Original"/> has
/// what there was. It is written before anything is moved, so a crash leaves an item too many, never one too few.
/// </summary>
/// <param name="Version">The version of this form.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Created">When the cleaning began.</param>
/// <param name="Items">What was moved, in order.</param>
internal sealed record QuarantineManifest(int Version, string Vm, DateTimeOffset Created, ImmutableArray<QuarantinedItem> Items);
