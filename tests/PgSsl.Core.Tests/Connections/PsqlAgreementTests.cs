using System.Diagnostics;
using System.Text.RegularExpressions;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Connections;

/// <summary>
/// Service file and environment beside psql: no server is needed, because each source offers an sslmode that libpq refuses,
/// and the refusal says which source won.
/// </summary>
public sealed partial class PsqlAgreementTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("sslmode=explicit service=s", "[s]\nsslmode=service\n", "PGSSLMODE=env")]
    [InlineData("service=s", "[s]\nsslmode=service\n", "PGSSLMODE=env")]
    [InlineData("service=s", "[s]\nport=1\n", "PGSSLMODE=env")]
    [InlineData("user=x", "[s]\nsslmode=service\n", "PGSERVICE=s")]
    [InlineData("user=x", "[s]\nsslmode=service\n", "PGSSLMODE=env")]
    [InlineData("user=x", "[s]\n", "PGSSLMODE=")]
    [InlineData("service=s", "[s]\nsslmode=one\nsslmode=two\n", "")]
    [InlineData("service=s", "[x]\nsslmode=x\n [s]x\n  sslmode=blanks \t\r\n", "")]
    [InlineData("service=s", "[s]\nsslmode==equals\n", "")]
    [InlineData("service=s", "#c\n\n[s]\n#c\n\nsslmode=comments#\n[t]\nbad\n", "")]
    [InlineData("service=s", "[s\nsslmode=bracket\n[s]\nsslmode=closed", "")]
    [InlineData("service=", "[]\nsslmode=nameless\n", "")]
    [InlineData("service=''", "[s]\nsslmode=x\n", "PGSERVICE=s")]
    [InlineData("user=x", "[]\nsslmode=nameless\n", "PGSERVICE=")]
    [InlineData("service=s", "\uFEFF[s]\nsslmode=bom\n", "")]
    [InlineData("service=s", "[S]\nsslmode=case\n", "")]
    [InlineData("service=s", "[s]\nsslmode\n", "")]
    [InlineData("service=s", "[s]\nsslmode =x\n", "")]
    [InlineData("service=s", "[s]\nsslmod=x\n", "")]
    [InlineData("service=s", "[s]\nservice=s\n", "")]
    [InlineData("service=s", "[s]\nrequiressl=1\n", "")]
    [InlineData("service=s", "bad\n[s]\nsslmode=early\n", "")]
    [InlineData("service=s", null, "PGSERVICEFILE=/nonexistent")]
    [InlineData("service=s", null, "PGSERVICEFILE=")]
    [InlineData("service=s", null, "PGSSLMODE=env")]
    public void The_same_source_wins_or_the_same_file_is_refused(string conninfo, string? serviceFile, string variable)
    {
        if (serviceFile is not null) _world.Write("home/.pg_service.conf", serviceFile);
        _world.Set("PGSYSCONFDIR", _world.Etc);
        if (variable.Length > 0) _world.Set(variable.Split('=')[0], variable.Split('=')[1]);
        string text = $"host=/nonexistent {conninfo}";

        string theirs = RefusedValue(RunPsql(text, _world));
        string ours = RefusedValue(_world.Refuse(text));
        Assert.Equal(theirs, ours);
    }

    /// <summary>The sslmode that was refused, or that it was the service file.</summary>
    private static string RefusedValue(string psqlError) =>
        PsqlRefusal().Match(psqlError) is { Success: true } match ? match.Groups[1].Value
        : psqlError.Contains("service") ? "(service file)" : psqlError;

    private static string RefusedValue(PgSslException refusal) => refusal.Error switch
    {
        PgSslError.InvalidParameterValue => Refusal().Match(refusal.Message).Groups[1].Value,
        PgSslError.InvalidServiceFile or PgSslError.ServiceNotFound or PgSslError.FileNotFound => "(service file)",
        _ => refusal.Message,
    };

    // The program itself: Debian's /usr/bin/psql starts a Perl first.
    private static readonly Lazy<string> Psql = new(() => Task.Run(PostgresInstallation.FindInstalledAsync).Result
        .Select(installation => installation.Program("psql")).FirstOrDefault(File.Exists) ?? "psql");

    internal static string RunPsql(string conninfo, World world)
    {
        var start = new ProcessStartInfo(Psql.Value, ["-X", "-w", conninfo]) { RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = world.Home;
        foreach ((string name, string value) in world.Variables) start.Environment[name] = value;
        try
        {
            using Process psql = Process.Start(start)!;
            psql.StandardInput.Close();
            string error = psql.StandardError.ReadToEnd();
            psql.WaitForExit();
            return error;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no psql on this machine.");
            throw;
        }
    }

    [GeneratedRegex("invalid sslmode value: \"(.*)\"")]
    private static partial Regex PsqlRefusal();

    [GeneratedRegex("sslmode=\"(.*?)\"")]
    private static partial Regex Refusal();
}
