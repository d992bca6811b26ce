using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>A Node process that judges results; see <c>javascript.mjs</c>.</summary>
public sealed class JavaScript : IDisposable
{
    private readonly Process node;
    private readonly Lock turn = new();

    public JavaScript()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "StorageObjects", "javascript.mjs");
        var start = new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            node = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException(
                "These tests compare with JavaScript and need Node 20 or newer: put 'node' on the PATH.", error);
        }
    }

    /// <summary>Empty when JavaScript agrees, else what it says instead.</summary>
    public string Judge(object testCase)
    {
        lock (turn)
        {
            node.StandardInput.WriteLine(JsonSerializer.Serialize(testCase));
            node.StandardInput.Flush();
            var answer = node.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("Node ended before it answered; its complaint is on the error output.");
            return JsonSerializer.Deserialize<string>(answer)!;
        }
    }

    public void Dispose()
    {
        node.StandardInput.Close();
        node.WaitForExit();
        node.Dispose();
    }
}
