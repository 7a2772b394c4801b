namespace PgSsl.Managers;

/// <summary>
/// Finds what else owns pg_hba.conf. Every known manager has a mark that was found in its own source or documentation. Managers that do not
/// write a comment cannot be found in the file: Stolon (pgHBA in its cluster specification) and Ansible's module
/// community.postgresql.postgresql_pg_hba. The operators that run Patroni (Crunchy Data, Percona, Zalando) leave Patroni's mark.
/// </summary>
internal static class ConfigurationManagers
{
    private const byte Comment = (byte)'#';
    private const byte Quote = (byte)'"';

    /// <summary>The managers whose marks are in the comments of a pg_hba.conf; none for a file that is written by hand.</summary>
    /// <param name="content">The file.</param>
    public static IReadOnlyList<ConfigurationManager> FindInFile(ReadOnlySpan<byte> content)
    {
        (ConfigurationManager Manager, CommentMark[] Marks)[] known = FileManagers.All;
        bool[] isFound = new bool[known.Length];
        while (!content.IsEmpty)
        {
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            ReadOnlySpan<byte> comment = CommentOf(line);
            if (comment.IsEmpty)
                continue;
            for (int i = 0; i < known.Length; i++)
            {
                foreach (CommentMark mark in known[i].Marks)
                    isFound[i] |= mark.Matches(comment);
            }
        }
        return [.. known.Where((_, i) => isFound[i]).Select(entry => entry.Manager)];
    }

    /// <summary>The services whose marks a server has; none for a server of one's own.</summary>
    /// <param name="facts">What the server shows.</param>
    public static IReadOnlyList<ConfigurationManager> FindOnServer(ManagedServerFacts facts)
    {
        return [.. ServerManagers.All.Where(service => service.AreIn(facts)).Select(service => service.Manager)];
    }

    /// <summary>
    /// The text behind the first # outside of quotes (hba.c, next_token), without number signs and blanks around it: both frame headers. Quotes
    /// end with the line, unless a backslash continues it, which no manager writes.
    /// </summary>
    private static ReadOnlySpan<byte> CommentOf(ReadOnlySpan<byte> line)
    {
        int start = line.IndexOf(Comment);
        if (start < 0)
            return [];
        while (start < line.Length && line[..start].Count(Quote) % 2 != 0)
        {
            int next = line[(start + 1)..].IndexOf(Comment);
            start = next < 0 ? line.Length : start + 1 + next;
        }
        return line[start..].Trim("# \t\r"u8);
    }
}
