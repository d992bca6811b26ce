using Vaultrice.Fuzz;

FuzzOptions options;
try
{
    options = FuzzOptions.Parse(args);
}
catch (Exception e) when (e is FormatException or OverflowException)
{
    Console.Error.WriteLine($"{e.Message}\n\n{FuzzOptions.Usage}");
    return 2;
}

if (options.Input is not null)
{
    options.Targets[0].Run(File.ReadAllBytes(options.Input));
    return 0;
}

return new FuzzRun(options, TimeProvider.System).Run() ? 0 : 1;
