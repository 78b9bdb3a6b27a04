using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MirrorBackup.Architecture.Tests;

/// <summary>Reads which type uses which out of a compiled assembly, method bodies included.</summary>
internal sealed class AssemblyUses
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly HashSet<TypeUse> _uses = [];
    private (string Namespace, string Name) _user;

    private AssemblyUses(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    /// <summary>Reads an assembly.</summary>
    public static IReadOnlyCollection<TypeUse> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = new AssemblyUses(file);
        foreach (var type in reader._metadata.TypeDefinitions)
        {
            reader.ReadType(type);
        }

        return reader._uses;
    }

    private void ReadType(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        _user = Outermost(handle);
        Use(type.BaseType);
        UseAttributes(type.GetCustomAttributes());
        UseConstraints(type.GetGenericParameters());
        foreach (var implementation in type.GetInterfaceImplementations())
        {
            Use(_metadata.GetInterfaceImplementation(implementation).Interface);
        }

        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            field.DecodeSignature(Collector, null);
            UseAttributes(field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(_metadata.GetPropertyDefinition))
        {
            property.DecodeSignature(Collector, null);
            UseAttributes(property.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            method.DecodeSignature(Collector, null);
            UseAttributes(method.GetCustomAttributes());
            UseConstraints(method.GetGenericParameters());
            ReadBody(method);
        }
    }

    private void ReadBody(MethodDefinition method)
    {
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(Collector, null);
        }

        foreach (var region in body.ExceptionRegions)
        {
            Use(region.CatchType);
        }

        foreach (var token in InstructionTokens.Read(body.GetILReader()))
        {
            Use(token);
        }
    }

    private void Use(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference:
                Add(handle);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(Collector, null);
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Add(method.GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(Collector, null);
                Use(generic.Method);
                break;
            case HandleKind.MemberReference:
                UseMember(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
        }
    }

    private void UseMember(MemberReference member)
    {
        Use(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Method)
        {
            member.DecodeMethodSignature(Collector, null);
        }
        else
        {
            member.DecodeFieldSignature(Collector, null);
        }
    }

    private void UseAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            Use(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private void UseConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(p => _metadata.GetGenericParameter(p).GetConstraints()))
        {
            Use(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private SignatureTypes Collector => new(Use);

    private void Add(EntityHandle type)
    {
        var (@namespace, name) = Outermost(type);
        _uses.Add(new(_user.Namespace, _user.Name, @namespace, name, Assembly(type)));
    }

    private (string Namespace, string Name) Outermost(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeDefinition)
        {
            var type = _metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
            return type.IsNested ? Outermost(type.GetDeclaringType()) : (_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
        }

        var reference = _metadata.GetTypeReference((TypeReferenceHandle)handle);
        return reference.ResolutionScope.Kind == HandleKind.TypeReference
            ? Outermost(reference.ResolutionScope)
            : (_metadata.GetString(reference.Namespace), _metadata.GetString(reference.Name));
    }

    private string? Assembly(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference => Assembly(_metadata.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope),
        HandleKind.AssemblyReference => _metadata.GetString(_metadata.GetAssemblyReference((AssemblyReferenceHandle)handle).Name),
        _ => null,
    };

    /// <summary>Hands every type of a signature on; the types that the decoder wants back carry nothing.</summary>
    private sealed class SignatureTypes(Action<EntityHandle> use) : ISignatureTypeProvider<bool, object?>
    {
        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Use(handle);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Use(handle);

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Use(handle);

        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;

        private bool Use(EntityHandle handle)
        {
            use(handle);
            return true;
        }
    }
}
