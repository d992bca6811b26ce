using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Threading.Channels;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Tests.Access;

/// <summary>A client without a cluster: signing keys, and projects that a test can change.</summary>
public class FakeGrains : DispatchProxy
{
    private readonly Keys _keys = new();
    private readonly Changes _changes = new();

    /// <summary>The projects that exist.</summary>
    public Dictionary<string, ProjectSnapshot> Projects { get; } = [];

    /// <summary>The pair that tokens are signed with.</summary>
    public ECDsa Pair => _keys.Pair;

    /// <summary>Whether projects can be asked for.</summary>
    public bool CanAskProjects { get; set; } = true;

    /// <summary>How often a project was asked for.</summary>
    public int ProjectsAsked { get; private set; }

    /// <summary>How often the signing keys were asked for.</summary>
    public int SigningKeysAsked => _keys.Asked;

    public void AddSigningKey(string id, DateTimeOffset signsFrom)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _keys.Known = _keys.Known.Add(new(id, pair.ExportPkcs8PrivateKey(), signsFrom.ToUnixTimeMilliseconds()));
    }

    public void DropSigningKey(string id) => _keys.Known = _keys.Known.RemoveAll(key => key.Id == id);

    /// <summary>The uses that were reported.</summary>
    public List<UseRecord> Recorded { get; } = [];

    /// <summary>Whether projects take reports of uses.</summary>
    public bool CanRecord { get; set; } = true;

    public const string KeyId = "test-key";

    public static (IClusterClient Factory, FakeGrains Fake) Create()
    {
        var factory = Create<IClusterClient, FakeGrains>();
        return (factory, (FakeGrains)(object)factory);
    }

    /// <summary>Tells those who wait for it that a project has changed.</summary>
    public void Tell(string projectId) => _changes.Told.Writer.TryWrite(projectId);

    /// <summary>Makes a project with one api key.</summary>
    public void Add(string projectId, string apiKey, string secret, bool enabled = true) =>
        Projects[projectId] = new(
            projectId,
            Account.Root,
            projectId,
            ImmutableDictionary<string, ApiKey>.Empty.Add(apiKey, ApiKey.Unrestricted(apiKey, secret, 0) with { Enabled = enabled }),
            ImmutableDictionary<string, ClassSettings>.Empty,
            null);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var grain = targetMethod!.GetGenericArguments().Single();
        if (grain == typeof(ISigningKeysGrain))
            return _keys;
        if (grain == typeof(IProjectChangesGrain))
            return _changes;
        if (grain == typeof(IStorageObjectGrain))
            return null;
        if (grain == typeof(IProjectGrain))
        {
            ProjectsAsked++;
            return new Project(Projects.GetValueOrDefault((string)args![0]!), this);
        }
        throw new NotSupportedException($"There is no fake of {grain}.");
    }

    private sealed class Keys : ISigningKeysGrain
    {
        public ECDsa Pair { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public ImmutableArray<SigningKey> Known { get; set; }

        public int Asked { get; private set; }

        public Keys() => Known = [new(KeyId, Pair.ExportPkcs8PrivateKey(), 0)];

        public Task<ImmutableArray<SigningKey>> Get()
        {
            Asked++;
            return Task.FromResult(Known);
        }

        public Task<ImmutableArray<SigningKey>> Rotate(AuditEntry entry) => throw new NotSupportedException();
    }

    private sealed class Changes : IProjectChangesGrain
    {
        public Channel<string> Told { get; } = Channel.CreateUnbounded<string>();

        public Task Publish(string projectId) => throw new NotSupportedException();

        public async Task<ProjectChanges> Since(ChangeMark? mark) => new(new(1, (mark?.Number ?? 0) + 1), [await Told.Reader.ReadAsync()]);
    }

    private sealed class Project(ProjectSnapshot? snapshot, FakeGrains grains) : IProjectGrain
    {
        public Task<ProjectSnapshot?> GetSnapshot() =>
            grains.CanAskProjects ? Task.FromResult(snapshot) : Task.FromException<ProjectSnapshot?>(new TimeoutException());

        public Task<StorageError?> Create(string accountId, string name, AuditEntry entry) => throw new NotSupportedException();

        public Task<StorageResult<ProjectSnapshot>> Change(ProjectChange change, AuditEntry entry) => throw new NotSupportedException();

        public Task<StorageError?> Delete(AuditEntry entry) => throw new NotSupportedException();

        public Task<bool> IsBeingEmptied() => throw new NotSupportedException();

        public Task<string?> GetOwner() => throw new NotSupportedException();

        public Task Note(AuditEntry entry) => throw new NotSupportedException();

        public Task WriteDown() => throw new NotSupportedException();

        public Task RecordUse(ImmutableArray<UseRecord> uses)
        {
            if (!grains.CanRecord)
                return Task.FromException(new TimeoutException());
            grains.Recorded.AddRange(uses);
            return Task.CompletedTask;
        }

        public Task<ImmutableDictionary<string, UseRecord>> GetUse() => throw new NotSupportedException();
    }
}
