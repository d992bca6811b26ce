using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Vaultrice.Gateway.RealTime;

/// <summary>
/// Accepts WebSockets over HTTP/1.1 (RFC 6455) and HTTP/2 (RFC 8441) and hands out the bare duplex stream. The framing is our
/// own (<see cref="FrameReader"/>, <see cref="Frames"/>), because a frame then is built once for all sockets, an idle socket
/// holds no buffer, and a ping can carry the number that tells what its peer has received.
/// </summary>
internal static class WebSocketHandshake
{
    // RFC 6455, section 1.3; SHA-1 is what the handshake prescribes, it protects nothing.
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Whether a handshake can have the request's method: GET, or over HTTP/2 the extended CONNECT.</summary>
    public static bool TakesMethodOf(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>Accepts; null when the request is no proper WebSocket handshake.</summary>
    public static async ValueTask<Stream?> Accept(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.SecWebSocketVersion != "13")
            return null;
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" } connect)
            return await connect.AcceptAsync();
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || !HttpMethods.IsGet(context.Request.Method)
            || !headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase)
            || headers.SecWebSocketKey.ToString() is not { Length: 24 } key)
        {
            return null;
        }
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
#pragma warning disable CA5350 // Prescribed by RFC 6455.
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
        return await upgrade.UpgradeAsync();
    }
}
