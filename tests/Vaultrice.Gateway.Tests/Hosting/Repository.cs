namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>The files that the tests' build was made from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "SECURITY.md")) ? folder : FindRoot(Path.GetDirectoryName(folder) ?? throw new FileNotFoundException("There is no SECURITY.md above the tests."));
}
