namespace PgSsl.Connections.Dialects;

/// <summary>The connection strings of a driver that has its own.</summary>
internal abstract class DriverDialect
{
    /// <summary>The driver, as -Client names it.</summary>
    public abstract string Client { get; }

    /// <summary>The driver's name in messages.</summary>
    protected abstract string Driver { get; }

    /// <summary>The mode of a connection that says nothing about TLS; null for libpq's default.</summary>
    protected virtual SslMode? DefaultSslMode => null;

    /// <summary>Whether <c>system</c> means the operating system's roots, as for libpq. For most drivers it is the name of a file.</summary>
    protected virtual bool KnowsSystemRoots => false;

    /// <summary>The variables of libpq that the driver reads.</summary>
    protected virtual IReadOnlyCollection<string> Variables => [];

    /// <summary>The driver's parameters that mean something to libpq, or decide about TLS.</summary>
    protected abstract IReadOnlyDictionary<string, DialectParameter> Parameters { get; }

    /// <summary>Whether a text was written for this driver, and not for libpq.</summary>
    public abstract bool Recognizes(string text);

    /// <summary>Finds the parameters in a text, in their order.</summary>
    /// <exception cref="PgSslException">The text cannot be read.</exception>
    public abstract IReadOnlyList<WrittenParameter> Scan(string text);

    /// <summary>Reads a text that it recognizes.</summary>
    /// <exception cref="PgSslException">The text cannot be read. What only the driver refuses is kept (ApplicationConnection.Refusal).</exception>
    public PgEndpoint Read(string text)
    {
        EndpointErrors.RefuseNul(text);
        IReadOnlyList<WrittenParameter> written = Scan(text);
        var draft = new DialectDraft(Driver);
        foreach (WrittenParameter parameter in written)
            draft.Add(parameter, Find(parameter.Name));
        Complete(draft);
        if (!KnowsSystemRoots && draft.Parameters.GetValueOrDefault("sslrootcert") == ConnectionSettings.SystemRoots)
            draft.Parameters["sslrootcert"] = $"./{ConnectionSettings.SystemRoots}";
        return PgEndpoint.Of(
            new ApplicationConnection(Client)
            {
                Written = [.. written.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))],
                DefaultSslMode = DefaultSslMode,
                Variables = Variables,
                Refusal = draft.Refusal,
                SslWords = draft.SslWords,
            },
            draft.Parameters,
            draft.Mask(text));
    }

    /// <summary>What a parameter means; null if the driver's name for it is not known here.</summary>
    protected virtual DialectParameter? Find(string name) => Parameters.GetValueOrDefault(name);

    /// <summary>Works out what depends on several parameters.</summary>
    protected virtual void Complete(DialectDraft draft)
    {
    }
}
