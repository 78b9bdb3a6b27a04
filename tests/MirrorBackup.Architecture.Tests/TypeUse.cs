namespace MirrorBackup.Architecture.Tests;

/// <summary>One type that a type of the assembly uses, anywhere: base, interface, member, attribute, local variable, method body.</summary>
/// <param name="UserNamespace">The namespace of the outermost type that uses.</param>
/// <param name="User">Its name.</param>
/// <param name="UsedNamespace">The namespace of the outermost type that is used.</param>
/// <param name="Used">Its name.</param>
/// <param name="UsedAssembly">The assembly of the used type; <see langword="null"/> for the assembly itself.</param>
internal readonly record struct TypeUse(string UserNamespace, string User, string UsedNamespace, string Used, string? UsedAssembly);
