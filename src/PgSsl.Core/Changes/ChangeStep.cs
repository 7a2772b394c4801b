namespace PgSsl.Changes;

/// <summary>Tells what a change is doing at this moment to whoever waits for it: one word, such as Reloading.</summary>
internal static class ChangeStep
{
    /// <summary>Facts are gathered.</summary>
    public const string Reading = "Reading";

    private static readonly AsyncLocal<Action<string>?> Listener = new();

    /// <summary>Has the steps of what runs in this asynchronous flow told.</summary>
    public static void Tell(Action<string> listener) => Listener.Value = listener;

    /// <summary>Files or settings are written.</summary>
    public static void Write() => Listener.Value?.Invoke("Writing");

    /// <summary>The server is told to load them.</summary>
    public static void Reload() => Listener.Value?.Invoke("Reloading");

    /// <summary>The effect is looked for.</summary>
    public static void Prove() => Listener.Value?.Invoke("Proving");

    /// <summary>The old state is put back.</summary>
    public static void Undo() => Listener.Value?.Invoke("Undoing");
}
