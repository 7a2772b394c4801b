using System.Text.Json.Nodes;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Dsc;

/// <summary>What an engine, or somebody without one, may send: each is refused with a code and one line that says why, and shows no secret.</summary>
public class DscInputTests
{
    private const string Secret = "s3cret-of-mine";

    private static readonly string[] Script =
        ["-NoLogo", "-NonInteractive", "-NoProfile", "-File", "./bin/pgssl.dsc.ps1"];

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
    [InlineData("{\"endpoint\": [\"host=127.0.0.1 port=1 password=s3cret-of-mine\"]}", 2, "endpoint of PgSsl/SslConfiguration is not text")]
    [InlineData("{\"endpoint\": {\"host\": \"db1\", \"password\": \"s3cret-of-mine\"}}", 2, "endpoint of PgSsl/SslConfiguration is not text")]
    [InlineData("{\"endpoint\": \"db1\", \"ssl\": \"false\"}", 2, "ssl of PgSsl/SslConfiguration is not true or false")]
    [InlineData("{\"endpoint\": \"db1\", \"ssl\": 0}", 2, "ssl of PgSsl/SslConfiguration is not true or false")]
    [InlineData("{\"endpoint\": \"db1\", \"force\": \"yes\"}", 2, "force of PgSsl/SslConfiguration is not true or false")]
    [InlineData("{\"endpoint\": \"db1\", \"groups\": [{\"a\": \"s3cret-of-mine\"}]}", 2, "groups of PgSsl/SslConfiguration is not a list of texts")]
    [InlineData("{\"endpoint\": \"db1\", \"ciphers\": \"-----BEGIN PRIVATE KEY-----\\ns3cret-of-mine\"}", 2, "has a private key in it")]
    [InlineData("{\"endpoint\": \"db1\", \"Endpoint\": \"db2\"}", 2, "The property Endpoint is there twice")]
    [InlineData("{\"endpoint\": \"s3cret-of-mine\\ud800\"}", 2, "Standard input is not a JSON object.")]
    [InlineData("{\"\\ud800\": \"s3cret-of-mine\"}", 2, "Standard input is not a JSON object.")]
    [InlineData("{\"endpoint\": \"db1\", \"credential\": {\"secureString\": \"s3cret-of-mine\"}}", 2, "is not a secret")]
    [InlineData("{\"endpoint\": \"db1\", \"credential\": {\"userName\": \"\", \"password\": {\"secureString\": \"s3cret-of-mine\"}}}",
        2, "is not a secret")]
    [InlineData("{\"endpoint\": \"db1\", \"credential\": {\"userName\": \"u\", \"password\": {\"secureString\": 5}}}", 2, "is not a secret")]
    [InlineData("\uFEFF{\"endpoint\": \"host=127.0.0.1 port=1 user=postgres\"}", 3, "127.0.0.1:1")]
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

    [Theory]
    [InlineData("RootCertificate", "get", "{\"fingerprint\": \"zz\"}", "is not a SHA-256 fingerprint")]
    [InlineData("RootCertificate", "delete", "{\"fingerprint\": \"12:34\", \"path\": \"/nowhere/root.crt\"}", "is not a SHA-256 fingerprint")]
    [InlineData("RootCertificate", "test", "{\"fingerprint\": \"12\", \"_exist\": \"false\"}",
        "_exist of PgSsl/RootCertificate is not true or false")]
    [InlineData("SslConfiguration", "test", "{\"endpoint\": \"db1\", \"minimumProtocol\": \"SSLv2\"}", "SSLv2")]
    [InlineData("ServerCertificate", "test", "{\"endpoint\": \"db1\", \"certificate\": \"MIIEs3cretofmineAAOCAQ8AMIIBCgKCAQEA\"}", "It is not shown")]
    [InlineData("ServerCertificate", "test", "{\"endpoint\": \"db1\", \"minimumDays\": \"7\"}",
        "minimumDays of PgSsl/ServerCertificate is not a whole number")]
    [InlineData("ServerCertificate", "test", "{\"endpoint\": \"db1\", \"certificate\": \"-----BEGIN PRIVATE KEY-----\\ns3cretofmine\"}",
        "private key")]
    public async Task Bad_values_are_told(string resource, string operation, string json, string told)
    {
        ProcessResult result = await RunAsync(json, resource, operation);
        Assert.Equal((2, ""), (result.ExitCode, result.StandardOutput));
        string message = JsonNode.Parse(Assert.Single(result.StandardError.Trim().Split('\n')))!["error"]!.GetValue<string>();
        Assert.Contains(told, message);
        Assert.DoesNotContain("s3cretofmine", message);
    }

    private static Task<ProcessResult> RunAsync(string json, string resource = "SslConfiguration", string operation = "get") =>
        PowerShellProgram.Find().RunAsync(
            [.. Script, "-Resource", resource, "-Operation", operation], json,
            CleanEnvironment.ForClients(SandboxDirectory.Create()), Repository.Root);
}
