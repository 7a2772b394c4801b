using System.Security.Cryptography;
using System.Text;
using PgSsl.Files;

namespace PgSsl.Requests;

/// <summary>The file of a private key, and the file of the request or certificate that is made with it.</summary>
/// <param name="KeyPath">The key file, absolute.</param>
/// <param name="DocumentPath">The file of the request or certificate, absolute.</param>
/// <param name="KeyExists">Whether the key exists already: it is used and not written.</param>
internal sealed record KeyFilePlan(string KeyPath, string DocumentPath, bool KeyExists)
{
    private const string KeyExtension = ".key";

    /// <summary>
    /// Completes the paths. If one file is named, the other one has the same name with the other ending. If neither is named, both are in
    /// the directory, with the names that PostgreSQL looks for (<c>server.key</c>) or libpq (<c>postgresql.key</c>).
    /// </summary>
    /// <param name="directory">The directory of files that are not named.</param>
    /// <param name="keyPath">The key file, absolute; null where it is not named.</param>
    /// <param name="documentPath">The other file, absolute; null where it is not named.</param>
    /// <param name="existingKeyPath">A key to use, absolute; null for a new one. The other file is then in the directory.</param>
    /// <param name="name">The name of files that are not named; null for a name by the role.</param>
    /// <param name="role">What the certificate is for.</param>
    /// <param name="extension"><c>.csr</c> or <c>.crt</c>.</param>
    /// <exception cref="PgSslException"><see cref="PgSslError.ContradictoryParameters"/>: both are one file, or a key is named twice.</exception>
    public static KeyFilePlan Create(
        string directory, string? keyPath, string? documentPath, string? existingKeyPath, string? name, CertificateRole role, string extension)
    {
        if (existingKeyPath is not null && keyPath is not null)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                "-KeyPath is the file of a new key, but -ExistingKey says that no new key is made.",
                "Give one of them.");
        string stem = name is not null ? FileName(name) : role == CertificateRole.Server ? "server" : "postgresql";
        KeyFilePlan plan = existingKeyPath is not null
            ? new(existingKeyPath, documentPath ?? Path.Combine(directory, Path.GetFileNameWithoutExtension(existingKeyPath) + extension), true)
            : new(
                keyPath ?? (documentPath is null ? Path.Combine(directory, stem + KeyExtension) : Path.ChangeExtension(documentPath, KeyExtension)),
                documentPath ?? (keyPath is null ? Path.Combine(directory, stem + extension) : Path.ChangeExtension(keyPath, extension)),
                false);
        if (string.Equals(RealPath.Of(plan.KeyPath), RealPath.Of(plan.DocumentPath), StringComparison.OrdinalIgnoreCase))
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"{plan.KeyPath} is the file of the key, and {plan.DocumentPath} is the same file.",
                "Name two files.");
        return plan;
    }

    /// <summary>Throws if a file to write exists already, or its directory does not exist.</summary>
    /// <param name="mayReplace">Whether files may be replaced.</param>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileExists"/>, <see cref="PgSslError.FileNotFound"/> or <see cref="PgSslError.FileNotWritten"/>.
    /// </exception>
    public void CheckTargets(bool mayReplace)
    {
        foreach (string path in Targets)
        {
            if (Directory.Exists(path))
                throw new PgSslException(PgSslError.FileNotWritten, $"{path} is a directory.", "Name a file in it.");
            if (!Directory.Exists(Path.GetDirectoryName(path)))
                throw new PgSslException(
                    PgSslError.FileNotFound,
                    $"The directory {Path.GetDirectoryName(path)} does not exist, so {path} cannot be written.",
                    "Create the directory, or name another file.");
            if (!mayReplace && File.Exists(path))
                throw new PgSslException(
                    PgSslError.FileExists,
                    $"{path} exists already. It is not overwritten.",
                    path == KeyPath
                        ? "Name another file (-KeyPath), use this key (-ExistingKey), or use -Force: the old file is then kept as a backup."
                        : "Name another file, or use -Force: the old file is then kept as a backup.");
        }
    }

    /// <summary>The files that are written, without their contents.</summary>
    public IReadOnlyList<FileEdit> Edits => EditsOf(true);

    private FileEdit[] EditsOf(bool mayReplace) =>
        KeyExists ? [DocumentEdit([], mayReplace)] : [KeyEdit([], mayReplace, null), DocumentEdit([], mayReplace)];

    /// <summary>Finds the files that are written, and checks what they hold now.</summary>
    /// <exception cref="PgSslException"><see cref="PgSslError.UnexpectedFile"/>, <see cref="PgSslError.FileNotWritten"/>.</exception>
    public IReadOnlyList<FileTarget> Look(bool mayReplace) =>
        FileTransaction.Look(EditsOf(mayReplace));

    /// <summary>The files that are written, the key first.</summary>
    public IReadOnlyList<string> Targets => KeyExists ? [DocumentPath] : [KeyPath, DocumentPath];

    /// <summary>One sentence for -WhatIf: what <see cref="Write"/> does.</summary>
    /// <param name="documentName">What the other file contains.</param>
    /// <param name="profile">The names in it.</param>
    /// <param name="algorithm">The algorithm of the key.</param>
    /// <param name="serviceAccount">On Windows, an account that may read the key; null for none.</param>
    public string Describe(string documentName, CertificateProfile profile, string algorithm, string? serviceAccount)
    {
        string names = profile.SubjectAlternativeNames.Count > 0 ? $" ({string.Join(", ", profile.SubjectAlternativeNames)})" : "";
        string document = $"{Verb(DocumentPath)} the {documentName} {DocumentPath} for {profile.Subject}{names}";
        if (KeyExists)
            return $"{document}, with the key in {KeyPath} ({algorithm}).";
        string access = !OperatingSystem.IsWindows() ? "mode 0600"
            : File.Exists(KeyPath) ? "with the access list of the old one, without entries for everybody and for all users"
            : $"for its owner, SYSTEM, Administrators{(serviceAccount is null ? "" : $" and {serviceAccount}")} only";
        return $"{Verb(KeyPath)} the private key {KeyPath} ({algorithm}, {access}), and {char.ToLowerInvariant(document[0])}{document[1..]}.";
    }

    /// <summary>Writes both files, or neither. Only its owner may read the key.</summary>
    /// <param name="key">The key; it is not written if its file exists already.</param>
    /// <param name="passphrase">Encrypts the key; empty for a key that is not encrypted.</param>
    /// <param name="documentPem">The request or certificate.</param>
    /// <param name="mayReplace">Whether files may be replaced.</param>
    /// <param name="serviceAccount">On Windows, an account that may read the key; null for none.</param>
    /// <param name="at">The time in the names of backups.</param>
    /// <param name="files">The file system; the real one if null.</param>
    /// <returns>The backups.</returns>
    /// <exception cref="PgSslException">As <see cref="FileTransaction.Apply"/>.</exception>
    public IReadOnlyList<string> Write(
        CertificateKey key,
        ReadOnlySpan<char> passphrase,
        string documentPem,
        bool mayReplace,
        string? serviceAccount,
        DateTimeOffset at,
        IFileLayer? files = null)
    {
        FileEdit document = DocumentEdit(Encoding.ASCII.GetBytes(documentPem), mayReplace);
        if (KeyExists)
            return FileTransaction.Apply([document], at, files).Backups;
        byte[] keyPem = key.ExportPem(passphrase);
        try
        {
            // The key first: a key without a request is useful (-ExistingKey), a request without its key is not.
            return FileTransaction.Apply([KeyEdit(keyPem, mayReplace, serviceAccount), document], at, files).Backups;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyPem);
        }
    }

    private FileEdit KeyEdit(byte[] content, bool mayReplace, string? serviceAccount) => new(KeyPath, content)
    {
        MayReplace = mayReplace, Protection = FileProtection.PrivateKey(serviceAccount), Kind = FileKind.PrivateKey,
    };

    private FileEdit DocumentEdit(byte[] content, bool mayReplace) =>
        new(DocumentPath, content) { MayReplace = mayReplace, Kind = FileKind.RequestOrCertificate };

    private static string Verb(string path) => File.Exists(path) ? "Replace (and keep as a backup)" : "Create";

    /// <summary>A host may be an IPv6 address or the directory of a socket, and the name may be a stranger's text.</summary>
    private static string FileName(string name)
    {
        string safe = new([.. name.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')]);
        return safe.StartsWith('.') ? "_" + safe[1..] : safe;
    }
}
