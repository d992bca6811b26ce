using System.Buffers;
using System.Text.Json;

namespace Vaultrice.Gateway.Http;

/// <summary>Writes a JSON answer in one piece with its length.</summary>
internal static class JsonResponse
{
    /// <summary>Answers with what <paramref name="write"/> writes; the status is the caller's.</summary>
    public static void Write<TState>(HttpContext context, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            write(scratch.Writer, state);
            var json = scratch.Written;
            var response = context.Response;
            response.ContentType = "application/json";
            response.ContentLength = json.Length;
            // Not flushed here: the server sends it with the headers when the request ends.
            response.BodyWriter.Write(json);
        }
        finally
        {
            scratch.Return();
        }
    }
}
