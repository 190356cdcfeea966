// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskParams} from "../types/RiskTypes.sol";

/// @title Which sources an oracle serves, and its raw words
interface IRiskSources {
    /// @notice Admits a position source. Only WIDENING_ROLE.
    function registerSource(address source) external returns (uint16 sourceIndex);

    /// @notice Moves a position of the calling source to another class. The ρ in force does not change now; a target below
    /// the new floor rises to it over grace and ramp. Reverts while the score is stale. Only a registered source.
    function reclassifyPosition(uint256 positionId, uint16 classId) external;

    /// @notice As {IRiskOracleCore.tryGetParams} for many positions of one source, in the order of `positionIds`.
    function getParamsBatch(
        address source,
        uint256[] calldata positionIds
    ) external view returns (RiskParams[] memory params);

    /// @notice Raw storage word of a position, for operators and indexers; layout in `RiskWord`. Zero when unknown.
    function positionWord(uint16 sourceIndex, uint256 positionId) external view returns (uint256 word);

    /// @notice As {positionWord} for many positions of one source, in the order of `positionIds`.
    function positionWords(
        uint16 sourceIndex,
        uint256[] calldata positionIds
    ) external view returns (uint256[] memory words);

    /// @notice Raw storage word of a class quantile; zero before the first one.
    function classWord(uint16 classId) external view returns (uint256 word);

    /// @notice As {classWord} for many classes, in the order of `classIds`.
    function classWords(uint16[] calldata classIds) external view returns (uint256[] memory words);

    /// @notice Index of a registered source; reverts for others.
    function sourceIndexOf(address source) external view returns (uint16 sourceIndex);

    /// @notice Number of registered sources.
    function sourceCount() external view returns (uint256 count);

    /// @notice Source at an index; reverts beyond the last.
    function sourceAt(uint16 sourceIndex) external view returns (address source);
}
