using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>
/// Which connections a change of a root file affects, without asking any server. A file at libpq's default path affects all of them: libpq
/// verifies in every mode if the file exists (fe-secure-openssl.c, initialize_SSL), and most drivers look there, too.
/// </summary>
internal static class RootFileImpact
{
    /// <summary>Says it in sentences, the widest effect first.</summary>
    /// <param name="environment">The account whose connections are meant.</param>
    /// <param name="path">The root file, absolute.</param>
    /// <param name="existed">Whether it exists before the change.</param>
    /// <param name="remains">Whether it exists after the change.</param>
    /// <param name="gainsRoots">Whether a root is added, or becomes readable.</param>
    /// <param name="losesRoots">Whether a root is removed that verifies servers now; an expired root verifies nothing.</param>
    public static IReadOnlyList<string> Describe(
        ConnectionEnvironment environment, string path, bool existed, bool remains, bool gainsRoots, bool losesRoots)
    {
        string? use = UseOf(environment, path);
        if (use is null)
            return DescribeOwn(environment, path, remains);

        var sentences = new List<string> { $"{use}, so this affects every connection of {environment.UserName} that names no other root file." };
        if (!existed)
            sentences.AddRange(
            [
                "libpq (psql, psycopg, ODBC …) verifies the server's chain in every mode from then on: require becomes verify-ca and fails at " +
                "servers of another CA, and there allow and prefer silently fall back to plaintext.",
                // pgjdbc does not read PGSSLROOTCERT.
                "Npgsql and pgx, and at the default path pgjdbc, use this file where they verify; Npgsql and pgx no longer use the " +
                "operating system's roots.",
            ]);
        else if (!remains)
            sentences.Add(
                "The file is deleted: libpq no longer verifies anything in allow, prefer and require, and verify-ca and verify-full fail until " +
                "they are given another one.");
        else if (losesRoots)
            sentences.Add(
                "At servers below the roots that are removed, require, verify-ca and verify-full fail, and allow and prefer silently fall back " +
                "to plaintext.");
        else if (gainsRoots)
            sentences.Add("Servers below the new roots verify from then on; for others nothing changes.");
        else
            sentences.Add("What is removed had expired and verified nothing, so no connection changes.");
        if (Services(environment, setting => setting.Source != SettingSource.ServiceFile) is { Count: > 0 } services)
            sentences.Add($"Services that name no sslrootcert of their own: {string.Join(", ", services)}.");
        return sentences;
    }

    /// <summary>A file that only those connections use that name it.</summary>
    private static List<string> DescribeOwn(ConnectionEnvironment environment, string path, bool remains)
    {
        bool NamesIt(ConnectionSetting setting) =>
            setting is { Source: SettingSource.ServiceFile, Value: { } named } && IsSame(environment.ResolvePath(named), path);

        List<string> services = Services(environment, NamesIt);
        string who = services.Count > 0 ? $", as these services do: {string.Join(", ", services)}" : "";
        var sentences = new List<string> { $"Only connections that name it (sslrootcert={ConninfoText.Quote(path)}) use it{who}." };
        if (!remains)
            sentences.Add(
                "The file is deleted: for them verify-ca and verify-full fail, and libpq no longer verifies anything in allow, prefer and require.");
        return sentences;
    }

    /// <summary>Whether connections that name no root file use this one.</summary>
    public static bool IsUsual(ConnectionEnvironment environment, string path) => UseOf(environment, path) is not null;

    /// <summary>Why connections that name no root file use this one; null where they do not.</summary>
    private static string? UseOf(ConnectionEnvironment environment, string path)
    {
        try
        {
            var roots = EffectiveRoots.Find(environment);
            if (roots.Path is null || !IsSame(roots.Path, path))
                return null;
            return roots.IsDefault ? "This is where libpq looks by default" : "PGSSLROOTCERT or PGSERVICE leads to this file";
        }
        catch (PgSslException)
        {
            // libpq would refuse the environment, so nobody connects with it.
            return null;
        }
    }

    /// <summary>A link and the file that it leads to count as the same.</summary>
    private static bool IsSame(string path, string other) => RealPath.Comparer.Equals(RealPath.Of(path), RealPath.Of(other));

    private static List<string> Services(ConnectionEnvironment environment, Predicate<ConnectionSetting> roots) =>
        [.. KnownEndpoints.FindServices(environment).Where(service => RootsAre(roots, service, environment))];

    private static bool RootsAre(Predicate<ConnectionSetting> roots, string service, ConnectionEnvironment environment)
    {
        try
        {
            var endpoint = PgEndpoint.FromParameters([new("service", service)]);
            return roots(endpoint.ResolveForAnyMode(environment).Get("sslrootcert"));
        }
        catch (PgSslException)
        {
            // libpq would refuse it, so nobody connects with it.
            return false;
        }
    }
}
