using System.Diagnostics;
using Vaultrice.Benchmarks.Load;

namespace Vaultrice.Benchmarks.Servers;

/// <summary>Our server, built from the repository this program was built from.</summary>
internal static class SiloProgram
{
    /// <exception cref="LoadException">This program does not lie in the repository.</exception>
    public static string Find() => Path.Combine(FindRepository(), "silo", "bin", "Release", "net10.0", "Vaultrice.Silo.dll");

    /// <exception cref="LoadException">It does not build.</exception>
    public static async Task BuildAsync(CancellationToken cancellation)
    {
        using var build = Process.Start(new ProcessStartInfo(
            ServerProcess.DotnetHost, ["build", "-c", "Release", "--nologo", "-v", "quiet", "-clp:NoSummary", "-nodeReuse:false", "-p:UseSharedCompilation=false", "silo"])
        {
            WorkingDirectory = FindRepository(),
        })!;
        await build.WaitForExitAsync(cancellation);
        if (build.ExitCode != 0) throw new LoadException("silo does not build.");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Vaultrice.Orleans.sln"))) return folder.FullName;
        throw new LoadException("Not inside the repository; name a running server with --server.");
    }
}
