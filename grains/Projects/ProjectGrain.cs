using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>A project, kept in grain storage.</summary>
[GrainType("vaultrice.project")]
internal sealed partial class ProjectGrain(
    [PersistentState("project")] IPersistentState<AuditedState<ProjectState>> project,
    [PersistentState("project-use")] IPersistentState<ProjectUse> use,
    IOptions<AdministrationLimits> limits,
    Serializer<ProjectState> serializer,
    TimeProvider time,
    ILogger<ProjectGrain> logger) : Grain, IProjectGrain
{
    private Audited<ProjectState>? _audited;

    private string Id => this.GetPrimaryKeyString();

    private Audited<ProjectState> State => _audited ??= new(
        project, GrainFactory.GetGrain<IAuditLogGrain>(IAuditLogGrain.OfProject(Id)), DeactivateOnIdle);

    /// <summary>The project unless there is none, or it was deleted.</summary>
    private ProjectState? Present => State.Value is { DeletedAt: null } state ? state : null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        GoOnEmptying();
        // What a crash left over. If the log cannot take it now, it does so with the next change or before it is read.
        State.WriteDown().Ignore();
        return Task.CompletedTask;
    }

    public Task<ProjectSnapshot?> GetSnapshot()
    {
        // Anybody can ask for invented ids: what there is not must not take memory.
        if (State.Value is null)
            DeactivateOnIdle();
        return Task.FromResult(Present?.Snapshot(Id));
    }

    public Task<string?> GetOwner()
    {
        if (State.Value is null)
            DeactivateOnIdle();
        return Task.FromResult(State.Value?.AccountId);
    }

    public async Task<StorageError?> Create(string accountId, string name, AuditEntry entry)
    {
        if (State.Value is not null)
            return AdministrationRefusals.Exists("a project");
        // Listed first: a crash in between leaves an entry that leads nowhere, never a project that nobody finds.
        if (await GrainFactory.GetGrain<IAccountGrain>(accountId).AddProject(Id, entry) is { } refusal)
            return refusal;
        await GrainFactory.GetGrain<IProjectDirectoryGrain>(0).Add(Id);
        await Become(ProjectState.New(accountId, name, Now()), entry);
        return null;
    }

    public async Task<StorageResult<ProjectSnapshot>> Change(ProjectChange change, AuditEntry entry)
    {
        if (Present is not { } present)
            return AdministrationRefusals.Unknown;
        var next = present.After(change, limits.Value);
        if (!next.Succeeded)
            return next.Error;
        if (change.Adds && SizeOf(next.Value) is var size && size > MaxBytes(change, present, next.Value) && size > SizeOf(present))
            return AdministrationRefusals.TooLarge(limits.Value.ProjectBytes);
        await Become(next.Value, entry);
        return State.Value!.Snapshot(Id);
    }

    public async Task<StorageError?> Delete(AuditEntry entry)
    {
        if (Present is not { } present)
            return AdministrationRefusals.Unknown;
        // Listed first: a crash in between leaves an entry for a project that is still there, never objects that nobody deletes.
        await GrainFactory.GetGrain<IProjectDirectoryGrain>(0).AddDeleted(Id);
        await Become(present.Deleted(Now()), entry);
        await GrainFactory.GetGrain<IAccountGrain>(present.AccountId).RemoveProject(Id, entry);
        GoOnEmptying();
        return null;
    }

    public Task<bool> IsBeingEmptied() => Task.FromResult(State.Value?.IsBeingEmptied == true);

    public Task Note(AuditEntry entry) => State.Note(entry);

    public Task WriteDown() => State.WriteDown();

    private long MaxBytes(ProjectChange change, ProjectState before, ProjectState after) =>
        change is ApiKeyEdited { Id: var id } && Narrowing.Narrows(before.ApiKeys[id], after.ApiKeys[id])
            ? (long)limits.Value.ProjectBytes + Narrowing.Reserve
            : limits.Value.ProjectBytes;

    private int SizeOf(ProjectState state) => serializer.SerializeToArray(state).Length;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Nobody is answered before the change is durable, told and written down.</summary>
    private async Task Become(ProjectState next, AuditEntry entry)
    {
        var changes = GrainFactory.GetGrain<IProjectChangesGrain>(0);
        // Told first: whatever breaks off from here on, no stored revocation stays unheard of. Who asks now waits, since calls
        // of this grain do not interleave, and is answered with what was stored.
        await changes.Publish(Id);
        await State.Store(next with { Revision = next.Revision + 1 }, entry);
        // Told again for those who gave up waiting.
        await changes.Publish(Id);
        await State.WriteDown();
    }
}
