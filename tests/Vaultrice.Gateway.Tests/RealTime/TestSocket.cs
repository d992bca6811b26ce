using System.IO.Pipelines;
using System.Text;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Gateway.Tests.Access;
using Vaultrice.Gateway.Tests.Servers;
using Xunit;

namespace Vaultrice.Gateway.Tests.RealTime;

/// <summary>A socket without a network: what the server says to it can be read, and whether it was torn down.</summary>
internal sealed class TestSocket
{
    private readonly Pipe _said = new();

    private TestSocket(TestGate gate, AccessRequest request, Caller caller, Func<Func<ObjectFeed, ObjectSocket>, ObjectSocket> add, Stream? stream) =>
        Socket = add(feed => new(
            stream ?? _said.Writer.AsStream(), Abort, feed, new SocketAccess(gate.Gate, identities: null!, request, caller, gate.Time), new(), new(), gate.Time));

    public ObjectSocket Socket { get; }

    /// <summary>Whether its connection was torn down.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>Whether tearing it down fails.</summary>
    public bool CannotBeAborted { get; init; }

    /// <summary>Opens a socket to an object.</summary>
    /// <param name="gate">Which lets it in.</param>
    /// <param name="add">Adds it to the feed it gets.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="apiKey">Whose token it comes with.</param>
    /// <param name="id">The object's.</param>
    /// <param name="signature">Of the id, or null.</param>
    /// <param name="cannotBeAborted">Whether tearing it down fails.</param>
    /// <param name="stream">Its network, or null for none.</param>
    public static async Task<TestSocket> Open(
        TestGate gate,
        Func<Func<ObjectFeed, ObjectSocket>, ObjectSocket> add,
        string projectId = "one",
        string apiKey = "key",
        string id = "i",
        string? signature = null,
        bool cannotBeAborted = false,
        Stream? stream = null)
    {
        var request = new AccessRequest(projectId, AccessOperation.Connect)
        {
            Credentials = "Bearer " + await gate.Issue(projectId, apiKey),
            Class = "c",
            Id = id,
            IdSignature = signature,
        };
        return new(gate, request, (await gate.Gate.Check(request)).Value!, add, stream) { CannotBeAborted = cannotBeAborted };
    }

    /// <summary>Waits until it is told that its access is withdrawn.</summary>
    public async Task IsWithdrawn()
    {
        var said = await _said.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Or("The socket was not told that its access is withdrawn");
        Assert.Contains("\"event\":\"error\"", Encoding.UTF8.GetString(said.Buffer), StringComparison.Ordinal);
        _said.Reader.AdvanceTo(said.Buffer.End);
    }

    /// <summary>Whether anything was said to it that was not read.</summary>
    public bool HasHeard
    {
        get
        {
            if (!_said.Reader.TryRead(out var said))
                return false;
            _said.Reader.AdvanceTo(said.Buffer.Start);
            return !said.Buffer.IsEmpty;
        }
    }

    private void Abort()
    {
        ObjectDisposedException.ThrowIf(CannotBeAborted, this);
        IsAborted = true;
    }
}
