using System.Text.Json;
using Vaultrice.Gateway.Tests.Servers;

namespace Vaultrice.Gateway.Tests.Encryption;

/// <summary>Short ways to projects whose values are sealed, and to what the administration tells of their keys.</summary>
internal static class EncryptionCalls
{
    public static readonly object Sealed = new { encryption = new { additionalAtRest = true, required = false } };

    /// <summary>Makes a project in which the class <c>safe</c> is sealed, with a key; calls on an object of it.</summary>
    public static async Task<(string ProjectId, Calls Object, string Basic)> NewSealedProject(this TestServer server)
    {
        var projectId = await server.Admin.NewProject();
        await server.Admin.PutClass(projectId, "safe", Sealed);
        var key = await server.Admin.NewKey(projectId);
        return (projectId, new(server.Http, projectId, "safe", "object"), key.Basic);
    }

    public static Task<Answer> SetAs(this Calls calls, string basic, string name, string value) =>
        calls.SendAs(basic, "POST", $"cache/{calls.ObjectPath}/{name}", $"{{\"value\":{value}}}");

    public static Task<Answer> GetAs(this Calls calls, string basic, string name) => calls.SendAs(basic, "GET", $"cache/{calls.ObjectPath}/{name}");

    /// <summary>Asks again until an answer is as wanted; each question is a request, so the server gets its turns.</summary>
    public static async Task<JsonElement> Until(this AdminCalls admin, string path, Func<JsonElement, bool> isWanted)
    {
        var until = TimeProvider.System.GetTimestamp() + (long)(Waiting.Patience.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            var answer = (await admin.Get(path)).Ok().Json;
            if (isWanted(answer))
                return answer;
            if (TimeProvider.System.GetTimestamp() > until)
                throw new TimeoutException($"{path} stayed {answer}");
        }
    }
}
