using System.Collections.Immutable;
using Vaultrice.Gateway.Admin;
using Vaultrice.Grains.Projects;
using Vaultrice.Projects;
using Xunit;

namespace Vaultrice.Grains.Tests.Projects;

/// <summary>What a project keeps has an end: its settings, the records of what it uses, and a project that was never finished.</summary>
[Collection(AdministrationClusterTests.Name)]
public sealed class ProjectBoundsTests(AdministrationCluster cluster)
{
    [Fact]
    public async Task All_settings_together_are_bounded_to_the_byte()
    {
        var (_, project) = await cluster.NewProject();
        Assert.True(await Put("first", 30_000));
        // One byte more of a secret is one byte more of everything.
        var (taken, refused) = (30_000, 40_000);
        while (refused - taken > 1)
        {
            var middle = (taken + refused) / 2;
            (taken, refused) = await Put("second", middle) ? (middle, refused) : (taken, middle);
        }
        Assert.True(await Put("second", taken));
        Assert.False(await Put("second", taken + 1));
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await project.Change(Class("third", 1), cluster.Entry("class.set"))).Error?.Code);
        // Not what takes something away, nor what is no larger than what is there.
        Assert.True(await Put("second", taken - 1));
        Assert.True((await project.Change(new ClassRemoved("second"), cluster.Entry("class.delete"))).Succeeded);
        Assert.True(await Put("third", taken));

        async Task<bool> Put(string @class, int bytes)
        {
            var changed = await project.Change(Class(@class, bytes), cluster.Entry("class.set"));
            Assert.True(changed.Succeeded || changed.Error.Code == StorageErrorCode.ProjectTooLarge);
            return changed.Succeeded;
        }
    }

    [Fact]
    public async Task A_key_of_a_full_project_can_be_disabled_and_narrowed_and_deleted_and_none_added()
    {
        var (id, project) = await cluster.NewProject();
        Assert.True((await project.Change(new ApiKeyAdded(ApiKey.Unrestricted("k", "s", 0)), cluster.Entry("apiKey.create"))).Succeeded);
        await Fill(id, project);
        var key = (await project.GetSnapshot())!.ApiKeys["k"];
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(new ApiKeyAdded(key with { Id = "other" })))?.Code);
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(new SecretAdded("k", ApiSecret.Of("t", 0))))?.Code);
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(new ApiKeyEdited("k", ApiKeyMembers.Name, key with { Name = "a longer name" })))?.Code);
        ImmutableArray<string> tooMany = [.. Enumerable.Range(0, Narrowing.Reserve / 32).Select(i => $"https://a.rather.long.name.{i:D5}.example")];
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(Restricted(tooMany, new(["a"], "b"))))?.Code);
        Assert.Null(await Change(Restricted(["https://a.example"], new(["a"], "b"))));
        // To let it have more is no narrowing, though it also loses something.
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(Restricted(["https://a.example", "https://b.example"], new(["a"], "bc"))))?.Code);
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(Restricted(["https://a.example"], new(["a", "c"], "b"))))?.Code);
        Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Change(Restricted(["https://a.example"], new(["a"], "other"))))?.Code);
        Assert.Null(await Change(Restricted(["https://a.example"], new(["a"], "bc"))));
        Assert.Null(await Change(new ApiKeyEdited("k", ApiKeyMembers.Enabled | ApiKeyMembers.ExpiresAt, key with { Enabled = false, ExpiresAt = 1 })));
        Assert.Null(await Change(new SecretRemoved("k", key.Secrets[0].Id)));
        Assert.Null(await Change(new ApiKeyRemoved("k")));

        ApiKeyEdited Restricted(ImmutableArray<string> origins, KeyScopes scopes) =>
            new("k", ApiKeyMembers.Origins | ApiKeyMembers.Scopes, key with { Origins = origins, Scopes = scopes });

        async Task<StorageError?> Change(ProjectChange change) => (await project.Change(change, cluster.Entry("change"))).Error;
    }

    [Fact]
    public async Task A_key_of_a_full_project_that_may_do_more_in_one_respect_is_not_narrowed_by_another()
    {
        var (id, project) = await cluster.NewProject();
        Assert.True((await project.Change(new ApiKeyAdded(ApiKey.Unrestricted("k", "s", 0)), cluster.Entry("apiKey.create"))).Succeeded);
        await Fill(id, project);
        var key = (await project.GetSnapshot())!.ApiKeys["k"] with
        {
            Enabled = false,
            ExpiresAt = 1_000,
            Permissions = Permissions.Read,
            Origins = ["https://a.example"],
            Scopes = new(["a"], "b"),
        };
        Assert.Null(await Edit(key));
        // All that takes more text is refused to what is no narrowing.
        var narrower = new KeyScopes(["a"], "b" + new string('c', 100));
        foreach (var wider in new[]
        {
            key with { Enabled = true },
            key with { ExpiresAt = 1_001 },
            key with { ExpiresAt = null },
            key with { Permissions = Permissions.Read | Permissions.Write },
            key with { Origins = [] },
        })
        {
            Assert.Equal(StorageErrorCode.ProjectTooLarge, (await Edit(wider with { Scopes = narrower }))?.Code);
        }
        Assert.Null(await Edit(key with { Scopes = narrower }));

        async Task<StorageError?> Edit(ApiKey edited) => (await project.Change(
            new ApiKeyEdited("k", ApiKeyMembers.Enabled | ApiKeyMembers.ExpiresAt | ApiKeyMembers.Permissions | ApiKeyMembers.Origins | ApiKeyMembers.Scopes, edited),
            cluster.Entry("change"))).Error;
    }

    [Fact]
    public async Task The_use_of_what_is_gone_is_forgotten_and_late_reports_do_not_bring_it_back()
    {
        var (_, project) = await cluster.NewProject();
        var (kept, gone) = (ApiSecret.Of("a", 0), ApiSecret.Of("b", 0));
        await Change(new ApiKeyAdded(ApiKey.Unrestricted("k", "s", 0) with { Secrets = [kept, gone] }));
        await Change(new ClassSet("c", new(IdSignature: new(false, [Hmac(1), Hmac(2)]))));
        ImmutableArray<UseRecord> report =
        [
            new(UseRecord.OfSecret("k", kept.Id), 1, 5), new(UseRecord.OfSecret("k", gone.Id), 1, 5),
            new(UseRecord.OfIdSignature("c", 1), 1, 5), new(UseRecord.OfIdSignature("c", 2), 1, 5), new("secret/k/invented", 1, 5),
        ];
        await project.RecordUse(report);
        Assert.Equal(report[..4].Select(used => used.Key).Order(), (await project.GetUse()).Keys.Order());
        await Change(new SecretRemoved("k", gone.Id));
        await Change(new ClassSet("c", new(IdSignature: new(false, [Hmac(1)]))));
        await project.RecordUse(report);
        Assert.Equal(new[] { report[0].Key, report[2].Key }.Order(), (await project.GetUse()).Keys.Order());
        Assert.Equal(2, (await project.GetUse())[report[0].Key].Count);

        async Task Change(ProjectChange change) => Assert.True((await project.Change(change, cluster.Entry("change"))).Succeeded);
    }

    [Fact]
    public async Task A_report_of_uses_that_could_not_be_stored_counts_once_when_it_is_repeated()
    {
        var (id, project) = await cluster.NewProject();
        await project.Change(new ApiKeyAdded(ApiKey.Unrestricted("k", "s", 0)), cluster.Entry("apiKey.create"));
        var used = UseRecord.OfSecret("k", (await project.GetSnapshot())!.ApiKeys["k"].Secrets[0].Id);
        cluster.States.FailNext($"Default/project-use/vaultrice.project/{id}");
        await Assert.ThrowsAsync<OrleansException>(() => project.RecordUse([new(used, 3, 5)]));
        await project.RecordUse([new(used, 3, 5)]);
        Assert.Equal(3, (await project.GetUse())[used].Count);
    }

    [Fact]
    public async Task A_project_whose_making_broke_off_does_not_keep_its_account_and_a_real_one_does()
    {
        var accountId = Account.NewId();
        var account = cluster.Grains.GetGrain<IAccountGrain>(accountId);
        Assert.Null(await account.Create("a", cluster.Entry("account.create")));
        var (phantom, real) = (ProjectSnapshot.NewId(), ProjectSnapshot.NewId());
        cluster.States.FailNext($"Default/project/vaultrice.project/{phantom}");
        await Assert.ThrowsAsync<OrleansException>(() => Create(phantom));
        Assert.Null(await Create(real));
        Assert.Equal(StorageErrorCode.StillInUse, (await Delete())?.Code);
        Assert.Null(await cluster.Grains.GetGrain<IProjectGrain>(real).Delete(cluster.Entry("project.delete")));
        Assert.Null(await Delete());
        Assert.Null(await account.Get());
        // Whoever still makes a project there is told.
        Assert.Equal(StorageErrorCode.UnknownResource, (await Create(phantom))?.Code);

        Task<StorageError?> Create(string id) => cluster.Grains.GetGrain<IProjectGrain>(id).Create(accountId, "a", cluster.Entry("project.create"));

        async Task<StorageError?> Delete() =>
            await account.Delete(await AccountsApi.Unfinished((await account.Get())!, cluster.Grains), cluster.Entry("account.delete"));
    }

    /// <summary>Makes a project too large, as an operator finds it who lowers the limit.</summary>
    private Task Fill(string id, IProjectGrain project) =>
        cluster.Tamper<AuditedState<ProjectState>>($"Default/project/vaultrice.project/{id}", project, state => new()
        {
            Value = state.Value! with { Classes = state.Value.Classes.Add("c", Class("c", AdministrationCluster.MaxProjectBytes).Settings) },
            Entry = state.Entry,
            Change = state.Change,
        });

    private static IdSignatureKey Hmac(int version) => new(version, "HS256", null, "secret", Enabled: true, Preferred: false);

    private static ClassSet Class(string name, int bytes) =>
        new(name, new(IdSignature: new(false, [new(1, "HS256", null, new string('s', bytes), Enabled: true, Preferred: false)])));
}
