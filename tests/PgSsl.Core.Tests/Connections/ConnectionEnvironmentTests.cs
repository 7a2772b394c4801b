using PgSsl.Connections;

namespace PgSsl.Tests.Connections;

[Fast]
public class ConnectionEnvironmentTests
{
    [Fact]
    public void The_process_is_captured_with_an_absolute_working_directory()
    {
        ConnectionEnvironment environment = ConnectionEnvironment.Capture();
        Assert.True(Path.IsPathFullyQualified(environment.WorkingDirectory));
        Assert.Equal(Environment.UserName, environment.UserName);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment.GetVariable("PATH"));
    }

    [Fact]
    public void Paths_are_resolved_against_the_directory_given() =>
        Assert.Equal(
            Path.Combine(Path.GetTempPath(), "root.crt"), ConnectionEnvironment.Capture(Path.GetTempPath()).ResolvePath("./root.crt"));

    [Fact]
    public void The_captured_environment_resolves_a_host() =>
        Assert.Equal("db1", Assert.Single(PgEndpoint.Parse("host=db1 hostaddr='' port=1").Resolve(ConnectionEnvironment.Capture()).Hosts).Host);
}
