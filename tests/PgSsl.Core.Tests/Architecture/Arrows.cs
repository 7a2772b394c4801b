using System.Reflection;
using System.Reflection.Emit;

namespace PgSsl.Tests.Architecture;

/// <summary>Which types a type uses: in its declaration, its members' signatures, and the code of its methods.</summary>
internal static class Arrows
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>The types that a type uses, taken apart to their generic arguments; the types nested in it count as part of it.</summary>
    public static IEnumerable<Type> From(Type type) =>
        Direct(type).Concat(type.GetNestedTypes(Declared).SelectMany(From)).SelectMany(Parts).Distinct();

    private static IEnumerable<Type> Direct(Type type)
    {
        if (type.BaseType is { } parent)
            yield return parent;
        foreach (Type item in type.GetInterfaces().Concat(type.GetGenericArguments()))
            yield return item;
        foreach (FieldInfo field in type.GetFields(Declared))
            yield return field.FieldType;
        foreach (CustomAttributeData attribute in type.GetCustomAttributesData())
            yield return attribute.AttributeType;
        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            foreach (Type used in InMethod(method))
                yield return used;
    }

    private static IEnumerable<Type> InMethod(MethodBase method)
    {
        if (method is MethodInfo { ReturnType: { } returned })
            yield return returned;
        foreach (ParameterInfo parameter in method.GetParameters())
            yield return parameter.ParameterType;
        if (method.GetMethodBody() is not { } body)
            yield break;
        foreach (LocalVariableInfo local in body.LocalVariables)
            yield return local.LocalType;
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } caught)
                yield return caught;
        foreach (MemberInfo member in Members(method, body.GetILAsByteArray()!))
        {
            if (member.DeclaringType is { } owner)
                yield return owner;
            switch (member)
            {
                case Type used:
                    yield return used;
                    break;
                case MethodInfo { IsGenericMethod: true } called:
                    foreach (Type argument in called.GetGenericArguments())
                        yield return argument;
                    break;
            }
        }
    }

    // ECMA-335 III: an opcode of one or two bytes, and an operand whose kind tells its length.
    private static IEnumerable<MemberInfo> Members(MethodBase method, byte[] code)
    {
        Type[]? typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int i = 0; i < code.Length;)
        {
            short value = code[i++];
            if (value == 0xFE)
                value = (short)((value << 8) | code[i++]);
            OperandType operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return method.Module.ResolveMember(BitConverter.ToInt32(code, i), typeArguments, methodArguments)!;
            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Parts(Type type)
    {
        while (type.HasElementType)
            type = type.GetElementType()!;
        if (type.IsGenericParameter)
            return [];
        return type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
            : [type];
    }
}
