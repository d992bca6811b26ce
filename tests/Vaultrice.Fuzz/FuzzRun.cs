namespace Vaultrice.Fuzz;

/// <summary>Runs targets by turns for a while and keeps the input of a failure.</summary>
internal sealed class FuzzRun(FuzzOptions options, TimeProvider time)
{
    private const int ExecutionsBetweenLooks = 256;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    /// <summary>Runs; false when something failed.</summary>
    public bool Run()
    {
        Console.WriteLine($"seed {options.Seed}");
        var sessions = options.Targets.Select(target => new FuzzSession(target, options.Seed)).ToArray();
        var failed = false;
        var began = time.GetTimestamp();
        var duration = TimeSpan.FromSeconds(options.Seconds);
        while (!failed && time.GetElapsedTime(began) < duration)
        {
            foreach (var session in sessions)
                failed = failed || !RunTurn(session, duration / sessions.Length);
        }
        foreach (var session in sessions)
            Console.WriteLine($"{session.Target.Name,-14} {session.Executions,12:N0} executions, {session.Outcomes:N0} outcomes");
        return !failed;
    }

    private bool RunTurn(FuzzSession session, TimeSpan longest)
    {
        var began = time.GetTimestamp();
        do
        {
            if (session.Run(ExecutionsBetweenLooks) is { } failure)
            {
                Report(session.Target, failure);
                return false;
            }
        }
        while (time.GetElapsedTime(began) is var elapsed && elapsed < Turn && elapsed < longest);
        return true;
    }

    private void Report(FuzzTarget target, FuzzFailure failure)
    {
        var folder = Directory.CreateDirectory("fuzz-failures").FullName;
        var file = Path.Combine(folder, $"{target.Name}-{options.Seed}-{failure.Execution}");
        File.WriteAllBytes(file, failure.Input);
        Console.WriteLine($"{target.Name} failed on execution {failure.Execution}; again with: {target.Name} --input {file}");
        Console.WriteLine(failure.Exception);
    }
}
