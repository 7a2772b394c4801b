using PgSsl.Connections;
using PgSsl.Files;

namespace PgSsl.RootCertificates;

/// <summary>
/// Whom a change of a root file concerns, without asking any server. A file at libpq's default path is everybody's: libpq verifies in
/// every mode as soon as it is there (fe-secure-openssl.c, initialize_SSL), and most drivers look there, too.
/// </summary>
internal static class RootFileImpact
{
    /// <summary>Says it in sentences, the widest effect first.</summary>
    /// <param name="environment">The account whose connections are meant.</param>
    /// <param name="path">The root file, absolute.</param>
    /// <param name="fate">What becomes of it.</param>
    public static IReadOnlyList<string> Describe(ConnectionEnvironment environment, string path, RootFileFate fate)
    {
        string? way = WayOf(environment, path);
        if (way is null)
            return DescribeOwn(environment, path, fate.Remains);

        var sentences = new List<string> { $"{way}, so this concerns every connection of {environment.UserName} that names no other root file." };
        if (!fate.Existed)
            sentences.AddRange(
            [
                "libpq (psql, psycopg, ODBC …) verifies the server's chain in every mode from then on: require becomes verify-ca and fails at " +
                "servers of another CA, and there allow and prefer go on in plaintext, without a word.",
                // pgjdbc does not read PGSSLROOTCERT.
                "Npgsql and pgx, and at the default path pgjdbc, go by this file where they verify; Npgsql and pgx no longer by the " +
                "operating system's roots.",
            ]);
        else if (!fate.Remains)
            sentences.Add(
                "The file goes: libpq no longer verifies anything in allow, prefer and require, and verify-ca and verify-full fail until " +
                "they are given another one.");
        else if (fate.LosesRoots)
            sentences.Add(
                "At servers below the roots that go, require, verify-ca and verify-full fail, and allow and prefer go on in plaintext, " +
                "without a word.");
        else if (fate.GainsRoots)
            sentences.Add("Servers below the new roots verify from then on; for others nothing changes.");
        else
            sentences.Add("What goes had expired and verified nothing: no connection changes.");
        if (Services(environment, setting => setting.Source != SettingSource.ServiceFile) is { Count: > 0 } services)
            sentences.Add($"Services that name no sslrootcert of their own: {string.Join(", ", services)}.");
        return sentences;
    }

    /// <summary>A file that only those go by who name it.</summary>
    private static List<string> DescribeOwn(ConnectionEnvironment environment, string path, bool remains)
    {
        bool NamesIt(ConnectionSetting setting) =>
            setting is { Source: SettingSource.ServiceFile, Value: { } named } && IsSame(environment.ResolvePath(named), path);

        List<string> services = Services(environment, NamesIt);
        string who = services.Count > 0 ? $", as these services do: {string.Join(", ", services)}" : "";
        var sentences = new List<string> { $"Only connections that name it (sslrootcert={ConninfoText.Quote(path)}) go by it{who}." };
        if (!remains)
            sentences.Add(
                "The file goes: for them verify-ca and verify-full fail, and libpq no longer verifies anything in allow, prefer and require.");
        return sentences;
    }

    /// <summary>Whether connections that name no root file go by this one.</summary>
    public static bool IsUsual(ConnectionEnvironment environment, string path) => WayOf(environment, path) is not null;

    /// <summary>How connections that name no root file come by this one; null where they do not.</summary>
    private static string? WayOf(ConnectionEnvironment environment, string path)
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
            // libpq would refuse the environment: nobody connects with it.
            return null;
        }
    }

    /// <summary>A link and the file that it leads to are the same.</summary>
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
            // libpq would refuse it: nobody connects with it.
            return false;
        }
    }
}
