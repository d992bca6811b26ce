using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Vaultrice.Projects;

namespace Vaultrice.Grains.Projects;

/// <summary>The list of accounts, kept in grain storage.</summary>
[GrainType("vaultrice.account-directory")]
internal sealed class AccountDirectoryGrain(
    [PersistentState("accounts")] IPersistentState<AccountDirectoryState> directory,
    IOptions<AdministrationLimits> limits) : Grain, IAccountDirectoryGrain
{
    public Task<ImmutableArray<string>> Get() => Task.FromResult(directory.State.AccountIds);

    public async Task<StorageError?> Add(string accountId)
    {
        var before = directory.State.AccountIds;
        if (before.Contains(accountId))
            return null;
        if (before.Length >= limits.Value.Accounts)
            return AdministrationRefusals.TooMany(limits.Value.Accounts, "accounts");
        await Become(before.Add(accountId));
        return null;
    }

    public Task Remove(string accountId) => Become(directory.State.AccountIds.Remove(accountId));

    private async Task Become(ImmutableArray<string> accountIds)
    {
        var before = directory.State;
        directory.State = new() { AccountIds = accountIds };
        try
        {
            await directory.WriteStateAsync();
        }
        catch
        {
            directory.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>What is stored of the list.</summary>
[GenerateSerializer, Alias("vaultrice.AccountDirectoryState")]
internal sealed class AccountDirectoryState
{
    [Id(0)]
    public ImmutableArray<string> AccountIds { get; set; } = [];
}
