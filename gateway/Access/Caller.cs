namespace Vaultrice.Gateway.Access;

/// <summary>Who is asking, established by the access gate.</summary>
/// <param name="ProjectId">The project the credentials belong to.</param>
/// <param name="ApiKey">The api key that was used, directly or through a token.</param>
internal sealed record Caller(string ProjectId, string ApiKey);
