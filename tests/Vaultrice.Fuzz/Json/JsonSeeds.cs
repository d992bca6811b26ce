namespace Vaultrice.Fuzz.Json;

/// <summary>What bodies and frames are made of.</summary>
internal static class JsonSeeds
{
    public static readonly string[] Bodies =
    [
        """{"value":{"a":[1.0,"\ud83d\ude00",null]},"ttl":1000,"ifAbsent":true,"updatedAt":1700000000000}""",
        """{"a":{"value":1},"b/c":{"value":"\ud800","ttl":1.5},"ä":{"value":[],"updatedAt":null}}""",
        """["a","b c","\u0061\u00e4"]""",
        """{"value":-1.5e3,"ttl":60000}""",
        """{"value":1,"ttl":null,"updatedAt":0}""",
        """{"startIndex":-1,"deleteCount":2,"items":[{"x":1},[2],"3"],"updatedAt":5}""",
        """{"path":["a",0,"\u00e4"],"value":{"\u0061":true}}""",
        """{"path":"a.b.0","value":"x"}""",
        """{"saltLength":16}""",
    ];

    public static readonly string[] Frames =
    [
        """{"event":"ping"}""",
        """{"event":"message","payload":{"a":[false]},"keyVersion":0,"auth":{"token":"t"}}""",
        """{"event":"presence:join","payload":"\ud83d\ude00","auth":"t"}""",
        """{"event":"presence:leave","keyVersion":3}""",
        """{"event":"resume","connectionId":"abc","extra":[[],{"y":2}]}""",
    ];

    public static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0061", "\\\\", "\\\"", "null", "true", "false",
        "1e400", "-", "0", "-0", ".5", "9", "e", "1e-7", "9007199254740993", "[[[[[", "]]]]]", "{\"a\":1}", "[1,2]", "[]", "{}", "\"\"",
        "\"value\":", "\"ttl\":", "\"updatedAt\":", "\"ifAbsent\":", "\"items\":[", "\"path\":", "\"startIndex\":", "\"deleteCount\":",
        "\"saltLength\":", "\"event\":", "\"payload\":", "\"keyVersion\":", "\"connectionId\":", "\"auth\":", "\"a\":", "\"__proto__\":",
        "//", "/*", "\u00e4", "\U0001f600", " ", "\n", "\0", "\u007f", "..", "/",
    ];
}
