using System.Text;
using PgSsl.Binding;
using PgSsl.Deployment;

namespace PgSsl.Hosting;

/// <summary>
/// Collects what a CA gave, by the key that it came with: all that has the same key is one certificate and its intermediates. A CA that
/// prints PEM to the pipeline sends it line by line, with other text around it.
/// </summary>
/// <param name="resolve">Resolves a path of the user's.</param>
internal sealed class CertificateCollector(Func<string, string> resolve)
{
    private readonly Dictionary<string, Pile> _piles = [];

    /// <summary>Takes what one pipeline object holds.</summary>
    /// <param name="keyPath">Its key, as the user names it; null for none.</param>
    /// <param name="sources">The certificates.</param>
    /// <param name="password">For PKCS #12; null for none.</param>
    /// <exception cref="PgSslException">It holds no certificate.</exception>
    public void Add(string? keyPath, IEnumerable<CertificateSource> sources, char[]? password)
    {
        string key = keyPath is null ? "" : resolve(keyPath);
        if (!_piles.TryGetValue(key, out Pile? pile))
            _piles[key] = pile = new Pile(resolve);
        foreach (CertificateSource source in sources)
            pile.Add(source, password);
    }

    /// <summary>What the CA gave, and the file of the key; null if the pipeline brought nothing.</summary>
    /// <exception cref="PgSslException">
    /// <see cref="PgSslError.ContradictoryParameters"/>: there are several keys; <see cref="PgSslError.FileNotFound"/>: there is only text, and
    /// no file has that name; or as <see cref="IssuedCertificates.Read"/>.
    /// </exception>
    public (IssuedCertificates Answer, string? KeyPath)? Take()
    {
        if (_piles.Count > 1)
            throw new PgSslException(
                PgSslError.ContradictoryParameters,
                $"Certificates for {_piles.Count} keys were given, but a server has one key: {string.Join(", ", _piles.Keys)}.",
                "Install them one at a time, each with its own -Endpoint.");
        foreach ((string key, Pile pile) in _piles)
            return (pile.Join(), key.Length == 0 ? null : key);
        return null;
    }

    /// <summary>All that came with one key.</summary>
    private sealed class Pile(Func<string, string> resolve)
    {
        private const string Begin = "-----BEGIN ";
        private const string End = "-----END ";

        private readonly List<IssuedCertificates> _answers = [];
        private readonly StringBuilder _pem = new();
        private CertificateSource.Text? _otherText;
        private bool _isInBlock;

        public void Add(CertificateSource source, char[]? password)
        {
            switch (source)
            {
                case CertificateSource.Unusable unusable:
                    throw unusable.Failure;
                case CertificateSource.Text text:
                    AddText(text, password);
                    break;
                case CertificateSource.InFile file:
                    _answers.Add(IssuedCertificates.ReadFile(resolve(file.Path), password));
                    break;
                case CertificateSource.InHand { Pem: { } pem }:
                    _pem.Append(pem).Append('\n');
                    break;
                case CertificateSource.InHand given:
                    _answers.Add(new IssuedCertificates([given.Certificate], null));
                    break;
                case CertificateSource.Served { Pem: { } pem }:
                    _pem.Append(pem).Append('\n');
                    break;
                case CertificateSource.Served served:
                    _answers.Add(new IssuedCertificates(served.Chain, null));
                    break;
            }
        }

        public IssuedCertificates Join()
        {
            if (_pem.Length > 0)
                _answers.Add(IssuedCertificates.Read(Encoding.UTF8.GetBytes(_pem.ToString()), "The text given"));
            if (_answers.Count > 0)
                return IssuedCertificates.Join(_answers);
            throw _otherText is null
                ? new PgSslException(
                    PgSslError.InvalidParameterValue, "There is nothing to install: no certificate is given.",
                    "Give -Certificate, or pipe the CA's answer.")
                : new PgSslException(
                    PgSslError.FileNotFound, $"There is no file {_otherText}, and this text is not a certificate either.",
                    "Give a file, or PEM text (-----BEGIN CERTIFICATE-----). A server is named with -Endpoint.");
        }

        private void AddText(CertificateSource.Text text, char[]? password)
        {
            if (_isInBlock || text.IsPem)
            {
                _pem.Append(text.Value).Append('\n');
                _isInBlock = text.Value.LastIndexOf(Begin, StringComparison.Ordinal) > text.Value.LastIndexOf(End, StringComparison.Ordinal)
                    || (_isInBlock && !text.Value.Contains(End, StringComparison.Ordinal));
            }
            else if (FindFile(text.Value) is { } path)
            {
                _answers.Add(IssuedCertificates.ReadFile(path, password));
            }
            else if (!string.IsNullOrWhiteSpace(text.Value))
            {
                // openssl ca and openssl pkcs7 print such text around the blocks.
                _otherText ??= text;
            }
        }

        /// <summary>The file that a text names; null for any other text, even one that looks like a drive (<c>Certificate:</c>).</summary>
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
}
