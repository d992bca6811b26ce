using Microsoft.Extensions.DependencyInjection;

namespace Vaultrice.Grains.Projects;

/// <summary>Registers what projects and accounts need in a silo.</summary>
public static class ProjectsRegistration
{
    public static void AddProjects(this IServiceCollection services)
    {
        services.AddSettings<AdministrationLimits>(AdministrationLimits.Section);
        services.AddHostedService<DeletedProjects>();
    }
}
