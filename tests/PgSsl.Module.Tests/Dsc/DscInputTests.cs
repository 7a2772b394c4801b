using System.Text.Json.Nodes;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>What an engine, or somebody without one, may send: each is refused with a code and one line that says why, and shows no secret.</summary>
public class DscInputTests
{
    private const string Secret = "s3cret-of-mine";

    private static readonly string[] Script =
        ["-NoLogo", "-NonInteractive", "-NoProfile", "-File", "./bin/pgssl.dsc.ps1", "-Resource", "SslConfiguration", "-Operation", "get"];

    [Theory]
    [InlineData("[1, 2]", 2, "Standard input is not a JSON object.")]
    [InlineData("{\"endpoint\": \"s3cret-of-mine", 2, "Standard input is not a JSON object.")]
    [InlineData("{\"endpoint\": \"db1\", \"colour\": 1}", 2, "has no property colour")]
    [InlineData("{\"endpoint\": \"host=db1 password=s3cret-of-mine\"}", 2, "has a password in it")]
    [InlineData("{\"endpoint\": \"postgresql://u:s3cret-of-mine@db1/x\"}", 2, "has a password in it")]
    [InlineData("{\"endpoint\": \"host=db1 sslpassword=s3cret-of-mine\"}", 2, "has a password in it")]
    [InlineData("{\"endpoint\": \"db1\", \"keyPath\": \"-----BEGIN PRIVATE KEY-----\\ns3cret-of-mine\"}", 2, "It is not shown")]
    [InlineData("{\"endpoint\": \"db1\", \"credential\": \"s3cret-of-mine\"}", 2, "is not a secret")]
    [InlineData("{\"endpoint\": \"db1\", \"credential\": {\"userName\": \"u\", \"password\": \"s3cret-of-mine\"}}", 2, "is not a secret")]
    [InlineData("{\"endpoint\": \"db1\", \"certificatePath\": \"server.crt\"}", 2, "is the relative path \"server.crt\"")]
    [InlineData("{\"endpoint\": \"host=127.0.0.1 port=1 user=postgres\"}", 3, "127.0.0.1:1")]
    public async Task Bad_input_is_told(string json, int code, string told)
    {
        ProcessResult result = await RunAsync(json);
        Assert.Equal(code, result.ExitCode);
        Assert.Equal("", result.StandardOutput);
        JsonObject message = JsonNode.Parse(Assert.Single(result.StandardError.Trim().Split('\n')))!.AsObject();
        Assert.Contains(told, message["error"]!.GetValue<string>());
        Assert.DoesNotContain(Secret, result.StandardError);
    }

    private static Task<ProcessResult> RunAsync(string json) =>
        PowerShellProgram.Find().RunAsync(Script, json, CleanEnvironment.ForClients(SandboxDirectory.Create()), Repository.Root);
}
