// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {TakeOver} from "../types/VaultTypes.sol";

/// @title Rarer calls of owners and liquidators
/// @notice Answered by linked code on the vault's storage: the caller sees one contract.
interface IOptionVaultOwners {
    /// @notice Allows or forbids somebody to act for the caller: to mint more, withdraw, close and receive take-overs in his
    /// positions. Whatever comes out goes to the owner; an operator pays what goes in, burns longs of his own, and can
    /// neither transfer positions nor claim.
    function setOperator(address operator, bool approved) external;

    /// @notice Offers a position to `to`, or withdraws the offer with the zero address. Only the owner.
    function offerPosition(uint256 positionId, address to) external;

    /// @notice Takes a position that was offered to the caller, before expiry. Id, ratio, flag and cool-off stay. Consent is
    /// needed because positions of one owner weigh on each other's scores.
    function acceptPosition(uint256 positionId) external;

    /// @notice Moves a position to the class of its present moneyness and tenor, if that lies clear of the bucket's edges
    /// (2 % of the moneyness). The ρ in force does not change now, see `IRiskSources.reclassifyPosition`. Ends the mark of a
    /// score. Anyone.
    function reclassify(uint256 positionId) external returns (uint16 classId);

    /// @notice Notes that from now on a score of the position stands: fresh, of its present class, observed after its risk
    /// last grew and 10 minutes after it changed its class. A withdrawal counts 20 hours from here, see
    /// `IOptionVaultCore.removeCollateral`. Refused where a mark stands: an earlier one is never moved. Anyone, before expiry.
    function markScored(uint256 positionId) external;

    /// @notice Takes shorts of a flagged position over at the price of {liquidate}: they move, with I + x each less the
    /// fund's share, to a new position of the caller or into one of his own in the same series, which must then meet the
    /// initial requirement; the caller tops it up in the same call. Ratio and score come along; merged positions keep the
    /// stricter. Caps and pauses of new risk do not apply, for the series' risk does not grow. Anyone, as {liquidate}.
    /// @return intoId position that received the shorts
    /// @return sizeE8 contracts taken over
    /// @return topUp collateral taken from the caller
    function takeOver(TakeOver calldata order) external returns (uint256 intoId, uint128 sizeE8, uint128 topUp);

    /// @notice Uses an ERC-2612 signature of the caller for the vault; does nothing if the token refuses it. For
    /// {multicall}.
    function permit(IERC20Permit token, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Runs several calls of the caller, all or none.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results);

    /// @notice Whether `operator` may act for `owner`.
    function isOperator(address owner, address operator) external view returns (bool approved);

    /// @notice Since when a score of an active position is marked, 0 if it is not; see {markScored}.
    function scoredSince(uint256 positionId) external view returns (uint40 since);

    /// @notice To whom a position is offered, zero for nobody.
    function offeredTo(uint256 positionId) external view returns (address to);
}
