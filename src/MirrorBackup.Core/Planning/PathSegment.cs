namespace MirrorBackup.Planning;

/// <summary>Tells which ids can be one segment of a path on every remote.</summary>
internal static class PathSegment
{
    private const int MaxLength = 200;

    internal static bool IsSafe(string id)
    {
        if (id.Length is 0 or > MaxLength || id[0] == '.' || id[^1] is '.' or ' ')
        {
            return false;
        }

        foreach (var character in id)
        {
            if (char.IsControl(character) || "/\\:*?\"<>|".Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
