using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Vaultrice.Projects;

namespace Vaultrice.Silo;

/// <summary>
/// Sees to it that a new installation has a project and an api key: those of the configuration or, in Development, generated
/// ones, which are printed once because nothing keeps the secret.
/// </summary>
internal sealed partial class Bootstrap(
    IGrainFactory grains,
    IOptions<BootstrapOptions> options,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    IServer server,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<Bootstrap> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.AdminToken is { } adminToken)
            await EnsureAdminToken(adminToken);
        if (options.Value is { ProjectId: { } projectId, ApiKey: { } apiKey, ApiSecret: { } secret })
        {
            switch (await Ensure(projectId, apiKey, secret))
            {
                case { Code: StorageErrorCode.AlreadyExists }:
                    LogKept(projectId);
                    break;
                case { } refusal:
                    LogNotEnsured(projectId, refusal.Message);
                    break;
            }
        }
        else if (await grains.GetGrain<IProjectDirectoryGrain>(0).IsEmpty())
        {
            if (environment.IsDevelopment())
                await Generate();
            else
                LogNoProject();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Generate()
    {
        var projectId = ProjectSnapshot.NewId();
        var apiKey = ApiKey.NewId();
        var secret = ApiSecret.NewText();
        await Ensure(projectId, apiKey, secret);
        string? adminToken = null;
        if (options.Value.AdminToken is null)
            await EnsureAdminToken(adminToken = ApiSecret.NewText());
        lifetime.ApplicationStarted.Register(() => Print(projectId, apiKey, secret, adminToken));
    }

    private Task EnsureAdminToken(string token) =>
        grains.GetGrain<IAccountGrain>(Account.Root).EnsureBootstrapToken(AdminToken.HashOf(token), Entry("token.create", $"tokens/{AdminToken.BootstrapId}"));

    private async Task<StorageError?> Ensure(string projectId, string apiKey, string secret)
    {
        var project = grains.GetGrain<IProjectGrain>(projectId);
        await project.Create(Account.Root, projectId, Entry("project.create", $"projects/{projectId}"));
        var added = await project.Change(
            new ApiKeyAdded(ApiKey.Unrestricted(apiKey, secret, Now()), IsConfigured: true), Entry("apiKey.create", $"projects/{projectId}/api-keys/{apiKey}"));
        return added.Error;
    }

    private AuditEntry Entry(string action, string target) => AuditEntry.OfServer(Now(), action, target);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>To the console and not to the log: logs must not hold secrets.</summary>
    private void Print(string projectId, string apiKey, string secret, string? adminToken)
    {
        var address = configuration.GetRoles().HasFlag(Roles.Gateway)
            ? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            : "http://address-of-a-gateway";
        Console.WriteLine($$"""

            This installation is new. Here is a project to start with; the secret is shown this once:

              import { NonLocalStorage } from '@vaultrice/sdk'

              // The SDK's base URL belongs to the root of its classes.
              Object.getPrototypeOf(Object.getPrototypeOf(NonLocalStorage)).basePath = '{{address}}'

              const list = new NonLocalStorage({
                projectId: '{{projectId}}',
                apiKey: '{{apiKey}}',
                apiSecret: '{{secret}}'
              }, 'my-list')

              list.on('setItem', item => console.log(item.prop, '=', item.value))
              await list.setItem('hello', 'world')

            """);
        if (adminToken is not null)
        {
            Console.WriteLine($"""
                The administration, also shown this once:

                  curl -H 'Authorization: Bearer {adminToken}' {address}/admin/projects

                """);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Project {ProjectId} already has the api key of Bootstrap:ApiKey; it stays as it is.")]
    private partial void LogKept(string projectId);

    [LoggerMessage(3, LogLevel.Warning, "The api key of Bootstrap:ApiKey could not be made in project {ProjectId}: {Reason} The ids of deleted projects and of deleted configured keys are not used again.")]
    private partial void LogNotEnsured(string projectId, string reason);

    [LoggerMessage(2, LogLevel.Warning, "There is no project yet: set Bootstrap:ProjectId, Bootstrap:ApiKey and Bootstrap:ApiSecret to have one created.")]
    private partial void LogNoProject();
}
