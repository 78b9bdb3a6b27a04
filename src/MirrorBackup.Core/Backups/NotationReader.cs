using System.Globalization;

namespace MirrorBackup.Backups;

/// <summary>Splits a text in <see cref="ChainNotation"/> into its letters.</summary>
internal static class NotationReader
{
    // A1 … A99: a hundred alphabets.
    private const int MaxAlphabetDigits = 2;

    private const int MaxShown = 200;

    internal static List<NotationLetter> Read(string text)
    {
        var letters = new List<NotationLetter>(text.Length);
        var isListed = true;
        var position = 0;
        while (position < text.Length)
        {
            var current = text[position];
            if (current is '(' or ')')
            {
                if (isListed != (current == '('))
                {
                    throw Invalid(text, position, "a parenthesis that does not match");
                }

                isListed = current == ')';
                position++;
                continue;
            }

            letters.Add(ReadLetter(text, ref position, isListed));
            if (letters.Count > 1 && letters[^1].Index <= letters[^2].Index)
            {
                throw Invalid(text, position - 1, "a letter that is not later than the one before it");
            }
        }

        return isListed ? letters : throw Invalid(text, text.Length, "no closing parenthesis");
    }

    /// <summary>A text as it is shown in messages.</summary>
    internal static string Shorten(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";

    private static NotationLetter ReadLetter(string text, ref int position, bool isListed)
    {
        var letter = text[position];
        if (!char.IsAsciiLetter(letter))
        {
            throw Invalid(text, position, $"'{letter}'");
        }

        position++;
        var digits = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        if (position - digits > MaxAlphabetDigits)
        {
            throw Invalid(text, digits, $"a number of more than {MaxAlphabetDigits} digits");
        }

        var alphabet = position > digits ? int.Parse(text.AsSpan(digits, position - digits), CultureInfo.InvariantCulture) : 0;
        var isMixed = Take(text, ref position, '*');
        var isUnreadable = Take(text, ref position, '!');
        return new NotationLetter((alphabet * 26) + (char.ToUpperInvariant(letter) - 'A'), char.IsAsciiLetterUpper(letter), isMixed, isUnreadable, isListed);
    }

    private static bool Take(string text, ref int position, char mark)
    {
        if (position < text.Length && text[position] == mark)
        {
            position++;
            return true;
        }

        return false;
    }

    private static MirrorBackupException Invalid(string text, int position, string found) => new(
        ErrorCodes.InvalidNotation,
        $"\"{Shorten(text)}\" is not a chain: at position {position} found {found}; expected letters in order of time, each with an optional number, '*' and '!', unlisted ones in parentheses.");
}
