using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>An account, kept in grain storage.</summary>
[GrainType("vaultrice.account")]
internal sealed class AccountGrain(
    [PersistentState("account")] IPersistentState<AuditedState<AccountState>> account,
    IOptions<AdministrationLimits> limits,
    TimeProvider time) : Grain, IAccountGrain
{
    private static readonly AccountState NewRoot = AccountState.New(Account.Root, 0);

    private Audited<AccountState>? _audited;

    private string Id => this.GetPrimaryKeyString();

    private Audited<AccountState> State => _audited ??= new(
        account, GrainFactory.GetGrain<IAuditLogGrain>(IAuditLogGrain.OfAccount(Id)), DeactivateOnIdle);

    /// <summary>The account unless there is none, or it was deleted.</summary>
    private AccountState? Present => State.Value is { } state ? state.IsDeleted ? null : state : Id == Account.Root ? NewRoot : null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // What a crash left over. If the log cannot take it now, it does so with the next change or before it is read.
        State.WriteDown().Ignore();
        return Task.CompletedTask;
    }

    public Task<Account?> Get() => Task.FromResult(Present?.Snapshot(Id));

    public Task<AdminRole?> Authenticate(string tokenId, ReadOnlyMemory<byte> hash)
    {
        // Whoever guesses ids must not fill the memory with accounts that do not exist.
        if (Present is null)
            DeactivateOnIdle();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var token = Present?.Tokens.FirstOrDefault(known => known.Id == tokenId);
        var isGood = token is not null
            && CryptographicOperations.FixedTimeEquals(token.Hash.Span, hash.Span)
            && (token.ExpiresAt is not { } end || now < end);
        return Task.FromResult(isGood ? token!.Role : (AdminRole?)null);
    }

    public async Task<StorageError?> Create(string name, AuditEntry entry)
    {
        if (State.Value is not null || Id == Account.Root)
            return AdministrationRefusals.Exists("an account");
        if (await GrainFactory.GetGrain<IAccountDirectoryGrain>(0).Add(Id) is { } refusal)
            return refusal;
        return await Become(AccountState.New(name, time.GetUtcNow().ToUnixTimeMilliseconds()), entry);
    }

    public Task<StorageError?> Rename(string name, AuditEntry entry) => Change(state => state with { Name = name }, entry);

    public async Task<StorageError?> Delete(ImmutableArray<string> unfinished, AuditEntry entry)
    {
        if (Id == Account.Root)
            return new(StorageErrorCode.InvalidArgument, "The root account cannot be deleted.");
        if (Present?.ProjectIds.Except(unfinished).Any() == true)
            return new(StorageErrorCode.StillInUse, "The account still has projects: delete them first.");
        var refusal = await Change(state => state with { Tokens = [], ProjectIds = [], IsDeleted = true }, entry);
        if (refusal is null)
            await GrainFactory.GetGrain<IAccountDirectoryGrain>(0).Remove(Id);
        return refusal;
    }

    public Task<StorageError?> AddToken(AdminToken token, AuditEntry entry) => Change(
        state => state.Tokens.Length >= limits.Value.AccountTokens
            ? AdministrationRefusals.TooMany(limits.Value.AccountTokens, "admin tokens of an account")
            : state with { Tokens = state.Tokens.Add(token) },
        entry);

    public Task<StorageError?> RemoveToken(string tokenId, AuditEntry entry) => Change(
        state => state.Tokens.FirstOrDefault(known => known.Id == tokenId) is not { } token
            ? AdministrationRefusals.Unknown
            : state with
            {
                Tokens = state.Tokens.Remove(token),
                RevokedBootstrap = tokenId == AdminToken.BootstrapId ? token.Hash : state.RevokedBootstrap,
            },
        entry);

    public async Task EnsureBootstrapToken(ReadOnlyMemory<byte> hash, AuditEntry entry)
    {
        var present = Present!;
        var known = present.Tokens.FirstOrDefault(token => token.Id == AdminToken.BootstrapId);
        if (known?.Hash.Span.SequenceEqual(hash.Span) == true || present.RevokedBootstrap.Span.SequenceEqual(hash.Span))
            return;
        var token = new AdminToken(
            AdminToken.BootstrapId, "Bootstrap:AdminToken", AdminRole.Owner, hash, time.GetUtcNow().ToUnixTimeMilliseconds(), null);
        await Become(present with { Tokens = [token, .. present.Tokens.RemoveAll(other => other == known)] }, entry);
    }

    public async Task<StorageError?> AddProject(string projectId, AuditEntry entry) =>
        Present?.ProjectIds.Contains(projectId) == true
            ? null
            : await Change(
                state => state.ProjectIds.Length >= limits.Value.AccountProjects
                    ? AdministrationRefusals.TooMany(limits.Value.AccountProjects, "projects of an account")
                    : state with { ProjectIds = state.ProjectIds.Add(projectId) },
                entry);

    public async Task RemoveProject(string projectId, AuditEntry entry)
    {
        if (Present?.ProjectIds.Contains(projectId) == true)
            await Change(state => state with { ProjectIds = state.ProjectIds.Remove(projectId) }, entry);
    }

    public Task Note(AuditEntry entry) => State.Note(entry);

    public Task WriteDown() => State.WriteDown();

    private async Task<StorageError?> Change(Func<AccountState, StorageResult<AccountState>> change, AuditEntry entry)
    {
        if (Present is not { } present)
            return AdministrationRefusals.Unknown;
        var next = change(present);
        return next.Succeeded ? await Become(next.Value, entry) : next.Error;
    }

    /// <summary>Nobody is answered before the change is durable and written down.</summary>
    private async Task<StorageError?> Become(AccountState next, AuditEntry entry)
    {
        await State.Store(next, entry);
        await State.WriteDown();
        return null;
    }
}

/// <summary>What is stored of an account; one that was deleted stays, so that its id is never used again.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.AccountState")]
internal sealed record AccountState(
    [property: Id(0)] string Name,
    [property: Id(1)] long CreatedAt,
    [property: Id(2)] ImmutableArray<AdminToken> Tokens,
    [property: Id(3)] ImmutableArray<string> ProjectIds,
    [property: Id(4)] ReadOnlyMemory<byte> RevokedBootstrap,
    [property: Id(5)] bool IsDeleted)
{
    public static AccountState New(string name, long now) => new(name, now, [], [], default, IsDeleted: false);

    public Account Snapshot(string id) => new(id, Name, CreatedAt, Tokens, ProjectIds);
}
