namespace PgSsl.Sandbox;

/// <summary>One connection to be made by psql.</summary>
/// <param name="ConnInfo">The conninfo string or URI.</param>
/// <param name="Environment">Variables to set, or with a null value to remove, for this connection only.</param>
public sealed record PsqlAttempt(string ConnInfo, IReadOnlyDictionary<string, string?>? Environment = null);

/// <summary>What libpq made of one connection.</summary>
/// <param name="Connected">Whether there was a session in the end.</param>
/// <param name="Transport"><c>tls</c> or <c>plaintext</c> as libpq itself reports it, <c>none</c> without a session.</param>
/// <param name="Message">libpq's message, all its lines; empty where there was none.</param>
public sealed record PsqlOutcome(bool Connected, string Transport, string Message);
