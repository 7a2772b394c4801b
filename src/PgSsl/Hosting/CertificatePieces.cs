using System.Text;
using PgSsl.Binding;
using PgSsl.Deployment;

namespace PgSsl.Hosting;

/// <summary>Collects what a CA gave, piece by piece. A CA that prints PEM to the pipeline sends it line by line, with words around it.</summary>
/// <param name="resolve">Resolves a path of the user's.</param>
internal sealed class CertificatePieces(Func<string, string> resolve)
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";

    private readonly List<IssuedCertificates> _answers = [];
    private readonly StringBuilder _pem = new();
    private string? _words;
    private bool _isInBlock;

    /// <summary>Takes one piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="password">For PKCS #12; null for none.</param>
    /// <exception cref="PgSslException">It holds no certificate.</exception>
    public void Add(CertificatePiece piece, char[]? password)
    {
        switch (piece)
        {
            case CertificatePiece.Unusable unusable:
                throw unusable.Failure;
            case CertificatePiece.Given given:
                _answers.Add(new IssuedCertificates([given.Certificate], null));
                break;
            case CertificatePiece.FilePath file:
                _answers.Add(IssuedCertificates.ReadFile(resolve(file.Path), password));
                break;
            case CertificatePiece.Text { Value: var text }:
                AddText(text, password);
                break;
        }
    }

    /// <summary>All of it.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.FileNotFound"/>: there were only words, and no file is called like that; or as <see cref="IssuedCertificates.Read"/>.
    /// </exception>
    public IssuedCertificates ToAnswer()
    {
        if (_pem.Length > 0)
            _answers.Add(IssuedCertificates.Read(Encoding.UTF8.GetBytes(_pem.ToString()), "The text given"));
        if (_answers.Count == 0)
            throw _words is null
                ? new PgSslException(
                    PgSslError.InvalidParameterValue, "There is nothing to install: no certificate is given.", "Give -Certificate, or pipe what the CA answered.")
                : new PgSslException(
                    PgSslError.FileNotFound, $"There is no file {_words}, and it is no certificate either.", "Give a file, or PEM text (-----BEGIN CERTIFICATE-----).");
        return IssuedCertificates.Join(_answers);
    }

    private void AddText(string text, char[]? password)
    {
        if (_isInBlock || text.Contains(Begin, StringComparison.Ordinal))
        {
            _pem.Append(text).Append('\n');
            _isInBlock = text.LastIndexOf(Begin, StringComparison.Ordinal) > text.LastIndexOf(End, StringComparison.Ordinal)
                || (_isInBlock && !text.Contains(End, StringComparison.Ordinal));
        }
        else if (FindFile(text) is { } path)
        {
            _answers.Add(IssuedCertificates.ReadFile(path, password));
        }
        else if (text.Trim().Length > 0)
        {
            // What openssl ca and openssl pkcs7 print around the blocks.
            _words ??= text.Trim();
        }
    }

    /// <summary>The file that a text names; null for any other text, also one that looks like a drive (<c>Certificate:</c>).</summary>
    private string? FindFile(string text)
    {
        if (text.Length == 0 || text.IndexOfAny(['\n', '\r']) >= 0)
            return null;
        try
        {
            return resolve(text) is var path && File.Exists(path) ? path : null;
        }
        catch (PgSslException failure) when (failure.Error == PgSslError.FileNotFound)
        {
            return null;
        }
    }
}
