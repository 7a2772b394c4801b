using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates;
using PgSsl.Files;
using PgSsl.Requirements;

namespace PgSsl.Deployment;

/// <summary>How a server gets a certificate and a key: which files change, and what server and clients will object to.</summary>
internal sealed class ServerCertificatePlan : IDisposable
{
    private readonly byte[] _key;
    private readonly ServerFile _oldKey;

    private ServerCertificatePlan(CertificateBundle bundle, DeploymentTarget target, byte[] key, ServerFile oldKey) =>
        (Bundle, Target, _key, _oldKey) = (bundle, target, key, oldKey);

    /// <summary>The new certificate with its intermediates.</summary>
    public CertificateBundle Bundle { get; }

    /// <summary>Where it goes.</summary>
    public DeploymentTarget Target { get; }

    /// <summary>The certificate that the server's file holds now; null where it holds none.</summary>
    public X509Certificate2? Before { get; private init; }

    /// <summary>The certificates that the server's file holds now, its own first; empty where it holds none.</summary>
    public IReadOnlyList<X509Certificate2> ChainBefore { get; private init; } = [];

    /// <summary>
    /// SHA-256 of the certificate that is in place now together with its key, upper-case hex. Null where there is no such pair, or where the
    /// server's account could not read the key.
    /// </summary>
    public string? Pair { get; private init; }

    /// <summary>The files that change, the key first; empty where both are in place.</summary>
    public IReadOnlyList<FileEdit> Edits { get; private init; } = [];

    /// <summary>The switch to new names; null if the files are written under their own.</summary>
    public PairSwitch? Switch { get; private init; }

    /// <summary>Whether both files are replaced one after the other, while each connection of the server reads them.</summary>
    private bool LeavesMoment { get; init; }

    /// <summary>The requirements of server and clients, judged for the new files.</summary>
    public IReadOnlyList<ServerCertificateRequirement> Requirements { get; private init; } = [];

    /// <summary>SHA-256 of the new certificate, upper-case hex.</summary>
    public string Fingerprint => Certificates.Fingerprint.Of(Bundle.Leaf);

    /// <summary>On Windows, the access list of the key in place; null if there is none.</summary>
    private string? OldKeyAccess { get; init; }

    /// <summary>Makes the plan. Reads the target's files; changes nothing.</summary>
    /// <param name="bundle">The certificate and its intermediates.</param>
    /// <param name="key">The key file's content, PEM or DER. The plan keeps a copy, and clears it when disposed.</param>
    /// <param name="passphrase">For an encrypted key; null for none.</param>
    /// <param name="target">Where both go.</param>
    /// <param name="complete">Adds to the facts what is known about clients, and what is served now; null for nothing.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.InvalidKeyFile"/>: the key cannot be read, so it is not known whether it matches.
    /// </exception>
    public static ServerCertificatePlan Create(
        CertificateBundle bundle, byte[] key, char[]? passphrase, DeploymentTarget target,
        Func<ServerCertificateFacts, ServerCertificateFacts>? complete = null)
    {
        byte[] pem = bundle.ToPem(), keyPem = ToPem(key, passphrase, target.KeyPath);
        ServerCertificateFacts planned = ServerCertificateFacts.Create(
            ServerFile.Planned(target.CertificatePath, pem), ServerFile.Planned(target.KeyPath, keyPem), passphrase) with { Server = target.Server };
        if (planned.Key!.Failure is { } failure)
            throw failure;
        ServerFile oldCertificate = ServerFile.Read(target.CertificatePath), oldKey = ServerFile.Read(target.KeyPath);
        ServerCertificateFacts before = ServerCertificateFacts.Create(oldCertificate, oldKey, passphrase) with { Server = target.Server };
        IReadOnlyList<ServerCertificateRequirement> old = ServerCertificateCheck.Judge(before);
        bool IsUnmet(Requirement requirement) => old.Any(judged => judged.IsMet == false && judged.Requirement == requirement.Name);
        UnixAccount? account = target.Server.Account;
        var edits = new List<FileEdit>();
        if (EditOf(oldKey, keyPem, IsUnmet(Requirement.KeyFileAccess), FileProtection.PrivateKey(target.KeyReader), account) is { } keyEdit)
            edits.Add(keyEdit);
        if (EditOf(oldCertificate, pem, IsUnmet(Requirement.CertificateFileAccess), FileProtection.Public, account) is { } certificateEdit)
            edits.Add(certificateEdit);
        bool isExchange = edits is [{ Expected: not null }, { Expected: not null }];
        PairSwitch? pair = isExchange && target.Names is { Obstacle: null } names ? names.Switch(target, pem, edits[0], edits[1]) : null;
        if (pair is not null)
            planned = ServerCertificateFacts.Create(
                ServerFile.Planned(pair.New.CertificatePath, pem), ServerFile.Planned(pair.New.KeyPath, keyPem), passphrase) with
            {
                Server = target.Server,
            };
        planned = complete?.Invoke(planned) ?? planned;
        return new ServerCertificatePlan(bundle, pair?.New ?? target, keyPem, oldKey)
        {
            Switch = pair,
            LeavesMoment = isExchange && pair is null && (target.Names is not null || target.Server.EachProcessReads),
            ChainBefore = before.Chain,
            Before = before.Certificates?.Certificates is [var first, ..] ? first : null,
            Pair = before.Leaf is { } leaf && before.Key?.Matches(leaf) == true && target.Namer is { } namer && oldKey.MayBeReadBy(namer)
                ? Certificates.Fingerprint.Of(leaf) : null,
            Edits = pair?.Edits ?? edits,
            OldKeyAccess = OperatingSystem.IsWindows() && oldKey.Content is not null ? WindowsAccess.ListOf(oldKey.Path) : null,
            Requirements = ServerCertificateCheck.Judge(planned),
            KnownLacks = [.. old.Where(judged => judged.IsMet == false).Select(judged => judged.Requirement)],
        };
    }

    /// <summary>Throws if the server would not load the new files, or clients would refuse them.</summary>
    /// <param name="acceptsRisk">Whether the user accepts that clients would refuse them.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.RequirementNotMet"/>, <see cref="PgSslError.ConnectionsAtRisk"/>.</exception>
    public void Check(bool acceptsRisk)
    {
        if (Target.HasAccessLists && Edits.Any(edit => edit.Protection.IsPrivate))
            Target.CheckKeyReader(
                OldKeyAccess is { } list ? AccessList.Parse(list) : null, OperatingSystem.IsWindows() ? WindowsAccount.CurrentSid : "");
        // A reload is all that follows, so a key that is loaded only at the start is of no use.
        ServerCertificateRequirement[] refused =
            [.. Unmet(RequirementSource.Server), .. Requirements.Where(requirement => requirement.IsUnmet(Requirement.KeyReload))];
        ServerCertificateRequirement[] risky = Unmet(RequirementSource.Clients);
        if (refused.Length > 0)
            throw new PgSslException(
                PgSslError.RequirementNotMet,
                $"Nothing is changed, because the server would not load the new certificate. {Details(refused)}",
                refused[0].Remedy);
        if (risky.Length > 0 && !acceptsRisk)
            throw new PgSslException(
                PgSslError.ConnectionsAtRisk,
                $"Nothing is changed, because clients would refuse the new certificate. {Details(risky)}",
                $"{risky[0].Remedy} -Force installs it anyway.");
    }

    /// <summary>What the certificate that is there lacks as well, so that clients have found a way with it.</summary>
    private IReadOnlyList<string> KnownLacks { get; init; } = [];

    /// <summary>Why clients would refuse the new certificate, or fail with it, in sentences; null for no reason that is new.</summary>
    public string? AcceptedRisk => Unmet(RequirementSource.Clients).Where(requirement => !KnownLacks.Contains(requirement.Requirement)).ToArray()
        is { Length: > 0 } risky ? Details(risky) : null;

    /// <summary>What is not as it should be, but does not prevent the change.</summary>
    public IEnumerable<string> Warnings => Bundle.Notes.Concat(Moment).Concat(OfTheChange).Concat(Requirements
        // What clients would miss is told with more evidence (ClientLosses).
        .Where(requirement => requirement.IsMet == false
            && requirement.Requirement != Requirement.Served.Name && requirement.Requirement != Requirement.NamesKept.Name)
        .Select(requirement => $"{requirement.Detail} {requirement.Remedy}"));

    private IEnumerable<string> OfTheChange => new[] { OtherKind, Switch?.Remark }.OfType<string>();

    /// <summary>
    /// What another kind of key means; null for the same kind. Up to TLS 1.2 a cipher is for one kind of key (RFC 5246 A.5), with TLS 1.3 it is not
    /// (RFC 8446 B.4).
    /// </summary>
    private string? OtherKind
    {
        get
        {
            if (Before is null)
                return null;
            (string Algorithm, int Size) old = PublicKeyDescription.Of(Before), present = PublicKeyDescription.Of(Bundle.Leaf);
            return old.Algorithm == present.Algorithm ? null
                : $"The kind of key changes from {old.Algorithm} ({old.Size} bits) to {present.Algorithm} ({present.Size} bits). Up to TLS 1.2 a "
                + $"cipher is for one kind of key, so the server (ssl_ciphers) and each client need one for {present.Algorithm}; "
                + "whoever pinned the old key has to be told. New-PgCsr -KeyAlgorithm Same keeps the kind.";
        }
    }

    private IEnumerable<string> Moment => !LeavesMoment ? [] :
    [
        $"The files keep their names{(Target.Names?.Obstacle is { } why ? $", because {why}" : "")}. Each connection of this server reads " +
        "certificate and key, one after the other: whoever connects in the moment in which both are replaced may get no TLS, and sslmode=prefer " +
        "goes on in plaintext (6 of 2,000 in 50 renewals).",
    ];

    /// <summary>What replaces what, line by line, for -WhatIf.</summary>
    public IEnumerable<string> Describe()
    {
        string? reader = Target.HasAccessLists ? Target.ServiceAccount ?? Target.Server.WindowsAccount?.ToString() : Target.Server.Account?.Name;
        string account = reader is null ? "" : $", for {reader}";
        string intermediates = string.Join(", ", Bundle.Intermediates.Select(intermediate => $"'{CertificateNames.Display(intermediate)}'"));
        yield return Before is { } old ? $"- {Line(old)}" : $"- no certificate in {Target.CertificatePath}";
        yield return $"+ {Line(Bundle.Leaf)}{(intermediates.Length == 0 ? "" : $", with {intermediates}")}";
        if (OtherKind is { } kind)
            yield return kind;
        foreach (FileEdit edit in Edits)
        {
            string action = File.Exists(edit.Path) ? "Replace (and keep as a backup)" : "Create";
            yield return $"{action} {edit.Path}{(edit.Protection.IsPrivate ? $" (the key{account})" : "")}.";
        }
        if (Target.HasAccessLists && OldKeyAccess is not null && Edits.Any(edit => edit.Protection.IsPrivate))
            yield return "The key keeps the access list of the old one, without entries for everybody and for all users.";
        foreach (string line in Switch?.Describe() ?? [])
            yield return line;
        if (Edits.Count > 1 && Switch is null)
            yield return "Two files cannot be replaced in one step. If the process is killed between the two renames, key and certificate do not " +
                "match, and the server would not start again: then run the same command again. Get-PgSslConfiguration reports it.";
    }

    /// <summary>Clears the copies of the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_oldKey.Content);
        foreach (FileEdit edit in Switch?.Outdated ?? [])
            CryptographicOperations.ZeroMemory(edit.Expected);
    }

    private ServerCertificateRequirement[] Unmet(RequirementSource by) =>
        [.. Requirements.Where(requirement => requirement.IsMet == false && requirement.Source == by)];

    private static string Details(ServerCertificateRequirement[] requirements) =>
        string.Join(" ", requirements.Select(requirement => requirement.Detail));

    private static string Line(X509Certificate2 certificate) =>
        $"{certificate.Subject} ({string.Join(", ", CertificateNames.SubjectAlternativeNames(certificate))}), " +
        $"valid until {CertificateTime.Day(certificate.NotAfter.ToUniversalTime())}, issued by '{CertificateNames.IssuerDisplay(certificate)}'";

    /// <summary>A file that is as it should be is not touched. A file that the server could not use gets the server's account as owner.</summary>
    private static FileEdit? EditOf(ServerFile old, byte[] content, bool isUnusable, FileProtection protection, UnixAccount? account)
    {
        if (old.Failure is { Error: not PgSslError.FileNotFound } failure)
            throw FileTarget.AsTarget(failure, old.Path);
        if (!isUnusable && old.Content is { } current && current.AsSpan().SequenceEqual(content))
            return null;
        return new FileEdit(old.Path, content)
        {
            // What did not exist is made, and does not replace what somebody has put there meanwhile.
            MayReplace = old.Content is not null,
            MayWriteInPlace = true,
            Kind = protection.IsPrivate ? FileKind.PrivateKey : FileKind.Certificate,
            Expected = old.Content,
            Protection = account is not null && (isUnusable || old.Content is null) ? protection.OwnedBy(account) : protection,
        };
    }

    /// <summary>The server reads only PEM. DER is converted; PEM stays as it is, with its passphrase.</summary>
    private static byte[] ToPem(byte[] key, char[]? passphrase, string path)
    {
        if (ServerKey.IsPemFile(key) || ServerKey.Read(key, passphrase, path).Failure is not null)
            return [.. key];
        using Requests.CertificateKey read = Requests.CertificateKey.Read(key, passphrase, path);
        return read.ExportPem(passphrase);
    }
}
