namespace PgSsl.Testing;

/// <summary>Stands for the end of the process: nothing that runs after it may have an effect.</summary>
internal sealed class KilledException : Exception;
