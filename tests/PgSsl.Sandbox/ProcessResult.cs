namespace PgSsl.Sandbox;

/// <summary>What a finished program left behind.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="StandardOutput">All it wrote to standard output.</param>
/// <param name="StandardError">All it wrote to standard error.</param>
public sealed record ProcessResult(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>The standard output of a program that succeeded.</summary>
    /// <exception cref="SandboxException">Its exit status was not 0.</exception>
    public string OrThrow(string what) => ExitCode == 0
        ? StandardOutput
        : throw new SandboxException($"{what} ended with status {ExitCode}: {StandardError.Trim()} {StandardOutput.Trim()}");
}
