using PgSsl.Common;
using PgSsl.Server.Settings;

namespace PgSsl.Requirements;

/// <summary>Another name of certificate or key that waits in a server's configuration for a reload.</summary>
/// <param name="Setting">ssl_cert_file or ssl_key_file.</param>
/// <param name="Used">The file that the server uses, absolute.</param>
/// <param name="Written">The file that it would load, absolute.</param>
/// <param name="Value">The same as it is written.</param>
/// <param name="WayBack">What takes it back.</param>
internal sealed record PendingPairFile(string Setting, string Used, string Written, string Value, string WayBack);

/// <summary>
/// Certificate and key that a reload would load instead of those in use. If they do not match, an ordinary server keeps what it has; one whose
/// processes read both themselves goes on without TLS (postmaster.c, SubPostmasterMain: "soldier on without SSL").
/// </summary>
internal sealed record PendingPair
{
    private static readonly string[] Settings = ["ssl_cert_file", "ssl_key_file"];

    private PendingPair(IReadOnlyList<PendingPairFile> files) => Files = files;

    /// <summary>The names that wait: one or both.</summary>
    public IReadOnlyList<PendingPairFile> Files { get; }

    /// <summary>What takes them back, as a sentence without a period.</summary>
    public string WayBack => string.Join("; ", Files.Select(file => file.WayBack));

    /// <summary>Looks for them; null if none wait, or they are hidden from the role.</summary>
    public static PendingPair? Find(ServerTlsFacts facts)
    {
        PendingPairFile[] waiting =
        [
            .. from pending in facts.PendingReloads
               let name = pending.Setting.Name
               where Settings.Contains(name)
               let used = facts.PathOf(name)
               let next = facts.NextPathOf(name)
               where used is not null && next is not null && next != used
               select new PendingPairFile(
                   name, used, next, pending.InFile?.Value ?? pending.Setting.Default!,
                   WayBackOf(facts, name, pending.Setting.Value, pending.InFile)),
        ];
        return waiting.Length == 0 ? null : new PendingPair(waiting);
    }

    /// <summary>What takes a setting back that waits for a reload.</summary>
    /// <param name="facts">What the server says.</param>
    /// <param name="name">The setting.</param>
    /// <param name="used">The value that the server uses.</param>
    /// <param name="inFile">The assignment that waits; null if no file sets it any more.</param>
    public static string WayBackOf(ServerTlsFacts facts, string name, string used, FileSetting? inFile) =>
        inFile is null || inFile.File == facts.AutoConfigurationFile || facts.AllowsAlterSystem
            ? $"ALTER SYSTEM SET {name} = {SqlQuoting.Literal(used)}"
            : $"set {name} in {inFile.File}:{inFile.Line} back to {SqlQuoting.Literal(used)}";
}
