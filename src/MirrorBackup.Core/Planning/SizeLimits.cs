using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Whether the form and the remote of a destination can hold what is to be sent.</summary>
internal static class SizeLimits
{
    // Per block of 2 MiB a sector bitmap of 512 bytes and an entry of 4 in the table; header, footers and rounding on top.
    private const long BlockSize = 2 << 20;
    private const long BytesPerBlock = 512;
    private const long BytesPerEntry = 4;
    private const long FixedBytes = 4096;

    internal static RouteFailure? Check(DiskRoute route, StorageForm form, DestinationProfile profile)
    {
        if (route.Existing is not null)
        {
            return null;
        }

        var size = route.Youngest.VirtualSize;
        if (form.Kind != StorageKind.Archive && profile.MaxVirtualSize is { } maxSize && size > maxSize)
        {
            return new RouteFailure(
                PlanConflictKind.TooLarge, $"disk {route.Disk}: it has {size} bytes; expected at most {maxSize}, the limit of a {form}");
        }

        var length = FileLength(route, form);
        return form.Kind != StorageKind.VhdDirectory && profile.MaxFileLength is { } maxLength && length > maxLength
            ? new RouteFailure(
                PlanConflictKind.TooLarge, $"disk {route.Disk}: its file may have {length} bytes; expected at most {maxLength}, the limit of the destination")
            : null;
    }

    private static long FileLength(DiskRoute route, StorageForm form)
    {
        var data = route.ByteCount;
        return form.Kind == StorageKind.Archive
            ? data
            : data + (data / BlockSize * BytesPerBlock) + (route.Youngest.VirtualSize / BlockSize * BytesPerEntry) + FixedBytes;
    }
}
