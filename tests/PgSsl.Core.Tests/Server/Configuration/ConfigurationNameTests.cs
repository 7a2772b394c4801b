using PgSsl.Files;
using PgSsl.Server.Configuration;
using PgSsl.Switching;
using PgSsl.Testing;
using PgSsl.Tests.Certificates;

namespace PgSsl.Tests.Server.Configuration;

/// <summary>The file that a user names is the server's file, whatever the server calls it.</summary>
public sealed class ConfigurationNameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>On Windows it is C:/… and C:\…; here it is a link.</summary>
    [Theory]
    [InlineData("postgresql.conf")]
    [InlineData("ssl.conf")]
    [InlineData("postgresql.auto.conf")]
    public void A_file_with_another_name_is_found(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Only administrators make links there.");
        string data = Path.Combine(_directory.Path, "data"), link = Path.Combine(_directory.Path, "link");
        Directory.CreateDirectory(data);
        Links.ToDirectory(link, data);
        File.WriteAllText(Path.Combine(data, "postgresql.conf"), "include 'ssl.conf'\n");
        File.WriteAllText(Path.Combine(data, "ssl.conf"), "ssl = off\n");
        var document = ConfigurationDocument.Read(Path.Combine(data, "postgresql.conf"), data, DiskServerFiles.Instance);

        Assert.Equal(Path.Combine(data, name), ConfigurationPaths.NameIn(document, Path.Combine(link, name)));
        Assert.Equal(Path.Combine(link, "other.conf"), ConfigurationPaths.NameIn(document, Path.Combine(link, "other.conf")));
    }
}
