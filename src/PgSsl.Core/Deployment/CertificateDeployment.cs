using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgSsl.Certificates.Trust;
using PgSsl.Changes;
using PgSsl.Files;
using PgSsl.Requirements;
using PgSsl.Server.Live;

namespace PgSsl.Deployment;

/// <summary>Installs what a CA sent, in the same way for every recipient: plans it, judges it, and carries it out.</summary>
internal sealed class CertificateDeployment : IPlannedChange<ServerCertificateInstallation>, IDisposable
{
    private readonly ICertificateRecipient _recipient;
    private readonly ServerCertificatePlan _plan;
    private readonly IReadOnlyList<ServedAt> _served;
    private readonly IReadOnlyList<ClientLoss> _losses;

    private CertificateDeployment(
        ICertificateRecipient recipient, ServerCertificatePlan plan, IReadOnlyList<ServedAt> served, IReadOnlyList<ClientLoss> losses) =>
        (_recipient, _plan, _served, _losses) = (recipient, plan, served, losses);

    /// <summary>Plans the installation. Reads files; changes nothing.</summary>
    /// <param name="recipient">The recipient of the certificate.</param>
    /// <param name="target">Its <see cref="ICertificateRecipient.Target"/>, completed by what the user says.</param>
    /// <param name="served">What it serves now (<see cref="ICertificateRecipient.ObserveAsync"/>).</param>
    /// <param name="request">What is to be installed.</param>
    /// <exception cref="PgSslException">
    /// ManagedElsewhere; FileNotFound, FileUnreadable, InvalidKeyFile: the key; and the errors of <see cref="CertificateBundle.Create"/> and
    /// <see cref="ICertificateRecipient.CheckPlan"/>.
    /// </exception>
    public static CertificateDeployment Prepare(
        ICertificateRecipient recipient, DeploymentTarget target, IReadOnlyList<ServedAt> served, DeploymentRequest request)
    {
        target.CheckOwners();
        byte[] key = request.KeyPath is { } path ? Read(path) : request.Answer.KeyPem ?? Read(target.KeyPath, isTarget: true);
        ServerCertificatePlan? plan = null;
        try
        {
            var serverKey = ServerKey.Read(key, request.Passphrase, request.KeyPath ?? target.KeyPath);
            string? keyPath = request.KeyPath ?? (request.Answer.KeyPem is null ? target.KeyPath : null);
            var bundle = CertificateBundle.Create(request.Answer.Certificates, serverKey, request.Roots, DateTimeOffset.UtcNow, keyPath);
            ServerCertificateFacts? facts = null;
            X509Certificate2? old = served.FirstOrDefault(answer => answer.Fingerprint is not null)?.Facts.Tls!.Chain[0];
            plan = ServerCertificatePlan.Create(
                bundle, key, request.Passphrase, target, planned => facts = request.Complete(planned) with { Served = old });
            recipient.CheckPlan(plan);
            PresentChain[] present =
            [
                .. PresentChain.Of(served),
                new PresentChain($"is in {target.CertificatePath} now", plan.ChainBefore),
            ];
            return new CertificateDeployment(recipient, plan, served, [.. ClientLosses.Find(
                bundle.Chain, [.. present.Where(old => old.Chain.Count > 0)], facts!, request.AccountRoots, request.NamesAreGiven),
                .. recipient.FindLoss(plan) is { } loss ? [loss] : Array.Empty<ClientLoss>()]);
        }
        catch
        {
            plan?.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public string Subject => _recipient.Target.CertificatePath;

    /// <summary>Whether everything is in place, and served.</summary>
    public bool IsNoChange => _recipient.IsInPlace(_plan, _served);

    /// <inheritdoc/>
    public ServerCertificateInstallation Outlook => Report(null);

    /// <inheritdoc/>
    public IReadOnlyList<string> Lines =>
    [
        .. _plan.Describe(), .. _recipient.Effects, .. _losses.Select(loss => loss.Detail), .. _recipient.PendingEdits.Lines,
    ];

    /// <summary>What is not as it should be, but does not prevent the change.</summary>
    public IReadOnlyList<string> Warnings => [.. Remarks, .. _recipient.PendingEdits.Warnings];

    private IEnumerable<string> Remarks =>
        [.. _plan.Warnings, .. _losses.Select(loss => loss.Warning), .. _recipient.Remarks];

    /// <inheritdoc/>
    public IReadOnlyList<FileEdit> Files => [.. _plan.Edits, .. _recipient.Edits];

    /// <summary>Throws if the recipient would not load the new files, or clients would refuse them.</summary>
    /// <param name="isForced">Whether the user accepts that clients would refuse them.</param>
    /// <exception cref="PgSslException">As <see cref="ServerCertificatePlan.Check"/> and <see cref="ForeignFiles"/>.</exception>
    public void Check(bool isForced)
    {
        ForeignFiles.Check(_plan, _served);
        _plan.Check(isForced);
        if (isForced)
            return;
        ClientLoss.Check(_losses);
        _recipient.CheckLosses(Subject);
    }

    /// <inheritdoc/>
    public async Task<ChangeResult<ServerCertificateInstallation>> ApplyAsync(CancellationToken cancellationToken)
    {
        ServerCertificateChangeResult result =
            await _recipient.PendingEdits.MakeAsync(() => _recipient.ApplyAsync(_plan, _served, DateTimeOffset.UtcNow, cancellationToken))
                .ConfigureAwait(false);
        result = result with { Proofs = [.. result.Proofs, .. _recipient.Proofs] };
        string[] accepted =
            [.. new[] { _plan.AcceptedRisk, ClientLoss.DescribeBlocking(_losses) }.OfType<string>().Distinct()];
        if (accepted.Length > 0)
            result = result with { Proofs = [.. result.Proofs, new Proof(ClientLoss.ProofName, ProofState.NotMade, string.Join(" ", accepted))] };
        return new ChangeResult<ServerCertificateInstallation>(Report(result))
        {
            WrittenInPlace = result.WrittenInPlace,
            Proofs = result.Proofs,
            Warnings = result.Remains is { } remains ? [remains] : [],
        };
    }

    /// <summary>Clears the copies of the keys.</summary>
    public void Dispose() => _plan.Dispose();

    private ServerCertificateInstallation Report(ServerCertificateChangeResult? result) =>
        ServerCertificateInstallation.Of(_plan, _recipient.Endpoint, result, Remarks, DateTimeOffset.UtcNow) with
        {
            PendingEdits = [.. _recipient.PendingEdits.Edits],
        };

    private static byte[] Read(string path, bool isTarget = false)
    {
        var file = ServerFile.Read(path);
        return file.Content ?? throw (isTarget ? FileTarget.AsTarget(file.Failure!, path) : file.Failure!);
    }
}

/// <summary>What is to be installed.</summary>
/// <param name="Answer">What the CA sent.</param>
/// <param name="KeyPath">The key file, absolute; null for the key in the answer, or the one that the recipient has.</param>
/// <param name="Passphrase">For an encrypted key; null for none. The caller clears it.</param>
/// <param name="Roots">The roots that clients have; a missing intermediate may be among them. Null where they are not known.</param>
/// <param name="Complete">Adds to the facts what is known about server and clients.</param>
internal sealed record DeploymentRequest(
    IssuedCertificates Answer, string? KeyPath, char[]? Passphrase, TrustStore? Roots, Func<ServerCertificateFacts, ServerCertificateFacts> Complete)
{
    /// <summary>The roots that this account verifies servers with; null for none.</summary>
    public TrustStore? AccountRoots { get; init; }

    /// <summary>Whether the user said which names clients connect to.</summary>
    public bool NamesAreGiven { get; init; }
}
