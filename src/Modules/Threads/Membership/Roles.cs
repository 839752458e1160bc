namespace Stoa.Threads.Membership;

/// <summary>Roles in a group, as stored and as written. A number's meaning is never reused.</summary>
internal static class Roles
{
    public const short Owner = 1;
    public const short Admin = 2;
    public const short Member = 3;

    public static string Name(short role) => role switch { Owner => "owner", Admin => "admin", _ => "member" };

    public static bool TryParse(string? name, out short role)
    {
        role = name switch { "owner" => Owner, "admin" => Admin, "member" => Member, _ => 0 };
        return role != 0;
    }

    public static bool MayAdd(short actor, bool membersMayAdd) => membersMayAdd || actor <= Admin;

    /// <summary>Whoever is removed is below the one who removes; owners remove owners too, so that a group with two of them can part with one.</summary>
    public static bool MayRemove(short actor, short target) => actor == Owner || (actor == Admin && target == Member);

    public static bool MaySetRoles(short actor) => actor == Owner;

    /// <summary>Title, picture and rules, and the links.</summary>
    public static bool MayChange(short actor) => actor <= Admin;

    /// <summary>Whether a group of others would be left without an owner if this one stopped being it.</summary>
    public static bool MustStay(short role, int owners, int members) => role == Owner && owners <= 1 && members > 1;
}
