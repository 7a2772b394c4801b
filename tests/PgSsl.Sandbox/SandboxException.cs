namespace PgSsl.Sandbox;

/// <summary>The sandbox could not do what was asked; the message holds what the program concerned said.</summary>
public sealed class SandboxException(string message, Exception? innerException = null) : Exception(message, innerException);
